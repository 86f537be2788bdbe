import type { Wire, WireResponse } from '../protocols/wire.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { escapeHtml } from './html.ts'

/** Something around an honest broker that spoils what it answers. Nobody is signed in, and nobody may come to harm. */
export type Spoiled = { does: string; around(broker: Wire): Wire }

const html: [string, string] = ['content-type', 'text/html; charset=utf-8']
const xml: [string, string] = ['content-type', 'application/samlmetadata+xml']
const result = /(name="wresult" value=")([^"]*)/

/** Spoils the pages that take a result to a party. */
const pages =
  (spoil: (page: string, response: WireResponse) => WireResponse): Spoiled['around'] =>
  (broker) =>
  async (request, signal) => {
    const response = await broker(request, signal)
    const page = textOf(response)
    return result.test(page) ? spoil(page, response) : response
  }

const page = (text: string, { headers }: WireResponse, type = 'text/html; charset=utf-8') =>
  textResponse(200, text, [...headers.filter(([name]) => name !== 'content-type'), ['content-type', type]])
const results = (spoil: (escaped: string) => string) =>
  pages((text, response) =>
    page(
      text.replace(result, (_, before: string, value: string) => before + spoil(value)),
      response,
    ),
  )
const instead = (text: string) => results(() => escapeHtml(text))

/** Spoils the federation metadata. */
const metadata =
  (spoil: (text: string) => WireResponse): Spoiled['around'] =>
  (broker) =>
  async (request, signal) => {
    const response = await broker(request, signal)
    return request.rawPath.includes('federationmetadata') ? spoil(textOf(response)) : response
  }
const document = (spoil: (text: string) => string) => metadata((text) => textResponse(200, spoil(text), [xml]))

const bomb = `<!DOCTYPE a [<!ENTITY e0 "ha">${Array.from({ length: 30 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};&e${n};">`).join('')}]><a>&e30;</a>`
const external = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times)

/** What may come instead of the page that takes a result to a party. */
export const spoiledResults = {
  'broken-xml': { does: 'cuts the result in half', around: results((text) => text.slice(0, text.length / 2)) },
  'no-xml': { does: 'sends JSON for a result', around: instead('{"token":null}') },
  'empty-result': { does: 'sends an empty result', around: instead('') },
  'entity-bomb': { does: 'sends entities that grow without end', around: instead(bomb) },
  'external-entity': { does: 'sends an entity that names a file', around: instead(external) },
  'deep-xml': { does: 'sends elements a hundred thousand deep', around: instead(deep('<a>', '</a>', 100_000)) },
  'wide-xml': { does: 'sends a hundred thousand elements', around: instead(`<a>${'<b/>'.repeat(100_000)}</a>`) },
  'many-attributes': {
    does: 'sends an element of fifty thousand attributes',
    around: instead(`<a ${Array.from({ length: 50_000 }, (_, n) => `b${n}="c"`).join(' ')}/>`),
  },
  'megabyte-token': {
    does: 'sends a token of nearly a megabyte',
    around: results((text) => text + ' '.repeat(900_000)),
  },
  'endless-page': {
    does: 'sends a page of eight megabytes',
    around: pages((text, response) => page(text + 'x'.repeat(8_388_608), response)),
  },
  'deep-page': {
    does: 'sends a page of elements a hundred thousand deep',
    around: pages((_, response) => page(deep('<b>', '', 100_000), response)),
  },
  'misnested-page': {
    does: 'sends a page of thousands of misnested elements',
    around: pages((_, response) => page('<a><b><p>'.repeat(20_000), response)),
  },
  'twenty-thousand-fields': {
    does: 'sends a form of twenty thousand fields, the result among them left out',
    around: pages((text, response) =>
      page(
        text.replace(/<input[^>]*wresult[^>]*>/, '<input type="hidden" name="x" value="y">'.repeat(20_000)),
        response,
      ),
    ),
  },
  'two-results': {
    does: 'sends two results in one form',
    around: pages((text, response) => page(text.replace(/<input[^>]*wresult[^>]*>/, '$&$&'), response)),
  },
  'plain-text': {
    does: 'sends the form as plain text',
    around: pages((text, response) => page(text, response, 'text/plain')),
  },
  download: {
    does: 'sends the form as a download of bytes',
    around: pages((text, response) => page(text, response, 'application/octet-stream')),
  },
  bytes: {
    does: 'sends bytes that are no text',
    around: pages((_, response) => ({
      ...response,
      body: Uint8Array.from({ length: 65_536 }, (_none, n) => (n * 7919) % 256),
    })),
  },
} as const satisfies Record<string, Spoiled>

/** What may come instead of the federation metadata. */
export const spoiledMetadata = {
  'metadata-is-html': {
    does: 'shows a page for metadata',
    around: metadata(() => textResponse(200, '<!doctype html><p>Hello', [html])),
  },
  'metadata-is-empty': { does: 'sends nothing for metadata', around: document(() => '') },
  'metadata-is-json': { does: 'sends JSON for metadata', around: document(() => '{}') },
  'metadata-is-cut': { does: 'cuts its metadata in half', around: document((text) => text.slice(0, text.length / 2)) },
  'metadata-is-fifty-megabytes': {
    does: 'sends fifty megabytes of metadata',
    around: document((text) => text + ' '.repeat(52_428_800)),
  },
  'metadata-is-a-bomb': { does: 'sends entities that grow for metadata', around: document(() => bomb) },
  'metadata-names-a-file': { does: 'sends an entity that names a file for metadata', around: document(() => external) },
  'metadata-of-no-certificate': {
    does: 'publishes text for a certificate',
    around: document((text) => text.replaceAll(/(X509Certificate>)[^<]+/g, '$1bm8gY2VydGlmaWNhdGU=')),
  },
  'metadata-of-no-base64': {
    does: 'publishes what is no base64 for a certificate',
    around: document((text) => text.replaceAll(/(X509Certificate>)[^<]+/g, '$1%%%')),
  },
  'metadata-of-no-place': {
    does: 'publishes a passive endpoint that is no address',
    around: document((text) => text.replaceAll(/(Address>)[^<]+/g, '$1nowhere at all')),
  },
} as const satisfies Record<string, Spoiled>
