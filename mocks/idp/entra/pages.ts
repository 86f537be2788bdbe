import { HttpResponse } from 'msw'
import { escapeHtml, page } from '../../html.ts'
import type { OpenPage } from './state.ts'

const title = 'Sign in to your account'
const fresh = { 'cache-control': 'no-store' }

/** Says on a page of its own what is wrong, where there is nowhere to send the browser. */
export const errorPage = (message: string) =>
  HttpResponse.html(
    page(title, `<h1>Sorry, but we're having trouble signing you in.</h1><p>${escapeHtml(message)}</p>`),
    { status: 400 },
  )

/** Asks for name and password; `context` comes back with them. */
export const signInPage = ({ tenant, client }: OpenPage, context: string, { message = '', hint = '' } = {}) =>
  HttpResponse.html(
    page(
      title,
      `<h1>Sign in to ${escapeHtml(tenant?.name ?? 'your account')}</h1><p>to continue to ${escapeHtml(client.name)}</p><p>${escapeHtml(message)}</p>` +
        `<form method="post" action="/${escapeHtml(tenant?.id ?? 'common')}/login"><input type="hidden" name="ctx" value="${context}">` +
        `<input type="email" name="login"${hint === '' ? '' : ` value="${escapeHtml(hint)}"`}>` +
        '<input type="password" name="passwd"><input type="submit" value="Sign in"></form>',
    ),
    { headers: fresh },
  )

/** Asks whether the client may; the answer is `consent=accept` or `consent=refuse`. */
export const consentPage = ({ tenant, client, scopes }: OpenPage, context: string) =>
  HttpResponse.html(
    page(
      'Permissions requested',
      `<h1>Permissions requested</h1><p>${escapeHtml(client.name)} would like: ${escapeHtml(scopes.join(', '))}</p>` +
        `<form method="post" action="/${escapeHtml(tenant?.id ?? 'common')}/consent"><input type="hidden" name="ctx" value="${context}">` +
        '<button name="consent" value="accept">Accept</button><button name="consent" value="refuse">Cancel</button></form>',
    ),
    { headers: fresh },
  )

/** Tells that the session is over. */
export const signedOutPage = () =>
  HttpResponse.html(page('Sign out', '<h1>You signed out of your account</h1>'), { headers: fresh })
