import type { HttpExchange, HttpExchangeBody, HttpExchangeNameValue } from 'allure-js-commons/http'
import { ALLURE_HTTP_EXCHANGE_SCHEMA_VERSION } from 'allure-js-commons/http'
import { decodeForm, queryOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { Exchanged } from './account.ts'
import { clip, clipMiddle, inOneLine } from './text.ts'

/** Of the headers or parameters of an exchange, so many of the first are shown. */
const mostPairs = 100

/** An exchange in a line. */
export const nameOf = ({ n, from, to, request, response }: Exchanged): string => {
  const bare = clipMiddle(inOneLine(request.url.split('?', 1)[0] ?? ''), 120)
  return `#${n} ${from} to ${to}: ${inOneLine(request.method, 20)} ${bare}: ${response ? response.status : 'no answer'}`
}

/** An exchange as Allure shows it. */
export const toHttpExchange = ({ request, response, broke, at }: Exchanged): HttpExchange => ({
  schemaVersion: ALLURE_HTTP_EXCHANGE_SCHEMA_VERSION,
  start: at,
  request: {
    method: clip(request.method, 100),
    url: clip(request.url, 4_000),
    headers: named(request.headers),
    query: named(queryOf(request.url)),
    ...(request.body !== undefined && { body: bodyOf(request.body, request.headers) }),
  },
  ...(response && {
    response: {
      status: response.status,
      headers: named(response.headers),
      ...(response.body !== '' && { body: bodyOf(response.body, response.headers) }),
    },
  }),
  ...(!response && { error: { name: 'no answer', message: clip(broke ?? '', 4_000) } }),
})

const named = (pairs: Pairs): HttpExchangeNameValue[] =>
  pairs.slice(0, mostPairs).map(([name, value]) => ({ name: clip(name, 200), value: clip(value, 4_000) }))

const bodyOf = (body: string, headers: Pairs): HttpExchangeBody => {
  const contentType = clip(headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'text/plain', 200)
  const value = clip(body, 8_000)
  const isForm = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')
  return {
    contentType,
    encoding: 'utf8',
    value,
    size: Buffer.byteLength(value),
    ...(isForm && { form: named(decodeForm(value)) }),
  }
}
