import { HttpResponse } from 'msw'
import { escapeHtml, page } from '../../html.ts'

const fresh = { 'cache-control': 'no-store' }

/** Says on a page of its own what is wrong; the browser is sent nowhere. */
export const errorPage = (message: string) =>
  HttpResponse.html(page('Error', `<h1>An error occurred</h1><p>${escapeHtml(message)}</p>`), {
    status: 400,
    headers: fresh,
  })

/** Asks for name and password; the form goes to the address of the request itself. */
export const signInPage = (action: string, { hint = '', message = '' } = {}) =>
  HttpResponse.html(
    page(
      'Sign In',
      `<h1>Sign in with your organizational account</h1><p>${escapeHtml(message)}</p>` +
        `<form method="post" action="${escapeHtml(action)}"><input type="email" name="UserName"${hint === '' ? '' : ` value="${escapeHtml(hint)}"`}>` +
        '<input type="password" name="Password"><input type="hidden" name="AuthMethod" value="FormsAuthentication">' +
        '<input type="submit" value="Sign in"></form>',
    ),
    { headers: fresh },
  )

/** Tells that the session is over. */
export const signedOutPage = () =>
  HttpResponse.html(page('Sign Out', '<h1>You have been signed out</h1>'), { headers: fresh })
