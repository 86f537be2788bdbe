import { HttpResponse } from 'msw'
import type { Pairs } from '../../protocols/wire.ts'
import { escapeHtml, page } from '../html.ts'

/** A form that submits itself: how `form_post` carries an answer. */
export const formPost = (action: string, fields: Pairs) =>
  HttpResponse.html(
    page(
      'Working...',
      `<form method="post" action="${escapeHtml(action)}">` +
        fields
          .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
          .join('') +
        '<noscript><input type="submit" value="Continue"></noscript></form><script>document.forms[0].submit()</script>',
    ),
    { headers: { 'cache-control': 'no-store' } },
  )
