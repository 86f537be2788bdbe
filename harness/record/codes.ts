import type { WireResponse } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'

/** The codes that an answer hands out, in its Location or in a form that posts itself. */
export const codesIn = (response: WireResponse): string[] =>
  [
    ...`${headerOf(response.headers, 'location') ?? ''} ${textOf(response)}`.matchAll(
      /(?:[?&#]code=|name="code" value=")([^&"\s]{8,})/g,
    ),
  ].map(([, code = '']) => code)
