import { HttpResponse } from 'msw'
import { STATUS_CODES } from 'node:http'
import { problem, problems } from './answers.ts'

const boundaryIn = (text: string): string | undefined => /multipart\/mixed;\s*boundary="?([^";\s]+)/i.exec(text)?.[1]

/** The two halves of a text around its first empty line. */
const halvesOf = (text: string): [before: string, after: string] => {
  const { index, 0: gap } = /\r?\n\r?\n/.exec(text) ?? { index: text.length, 0: '' }
  return [text.slice(0, index), text.slice(index + gap.length)]
}

/** The requests in a body, those of its change sets among them, in order; one that cannot be read is `undefined`. */
const requestsIn = (body: string, boundary: string): (Request | undefined)[] =>
  body
    .split(`--${boundary}`)
    .slice(1)
    .map((part) => part.replace(/^\r?\n/, ''))
    .filter((part) => !part.startsWith('--'))
    .flatMap((part) => {
      const [head, rest] = halvesOf(part)
      const inner = boundaryIn(head)
      return inner === undefined ? [requestIn(rest)] : requestsIn(rest, inner)
    })

const requestIn = (text: string): Request | undefined => {
  const [head, body] = halvesOf(text)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [, method, url = ''] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(first) ?? []
  if (method === undefined || !URL.canParse(url)) return undefined
  const headers = lines.map((line): [string, string] => {
    const [name = '', ...value] = line.split(':')
    return [name.trim(), value.join(':').trim()]
  })
  return new Request(url, { method, headers, ...(method !== 'GET' && body.trim() !== '' && { body: body.trim() }) })
}

/** A response within a body of many. */
const partOf = async (response: Response, boundary: string): Promise<string> => {
  const [type, etag] = ['content-type', 'etag'].map((name) => response.headers.get(name))
  return [
    `--${boundary}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...(type ? [`CONTENT-TYPE: ${type}`] : []),
    ...(etag ? [`ETAG: ${etag}`] : []),
    '',
    await response.text(),
    '',
  ].join('\r\n')
}

/**
 * Answers a batch: each of its requests by itself, one after the other, all of them to the service of this site. What is refused of
 * them keeps the others from nothing.
 *
 * @see SharePoint documentation, make batch requests with the REST APIs
 */
export const answerBatch = async (
  batch: Request,
  site: string,
  answer: (request: Request) => Promise<Response> | Response,
): Promise<Response> => {
  const boundary = boundaryIn(batch.headers.get('content-type') ?? '')
  const asked = boundary === undefined ? [] : requestsIn(await batch.text(), boundary)
  const requests = asked.flatMap((request) => (request?.url.startsWith(`${site}/_api/`) ? [request] : []))
  if (asked.length === 0 || requests.length < asked.length) return problem(problems.unreadable)
  const own = `batchresponse_${crypto.randomUUID()}`
  const parts: string[] = []
  for (const request of requests) parts.push(await partOf(await answer(request), own))
  return new HttpResponse(`${parts.join('')}--${own}--\r\n`, {
    headers: { 'content-type': `multipart/mixed; boundary=${own}` },
  })
}
