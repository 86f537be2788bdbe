import type { StepResult } from 'allure-js-commons'
import { Stage, Status } from 'allure-js-commons'
import type { HttpExchange, HttpExchangeBody, HttpExchangeNameValue } from 'allure-js-commons/http'
import {
  ALLURE_HTTP_EXCHANGE_CONTENT_TYPE,
  ALLURE_HTTP_EXCHANGE_FILE_EXTENSION,
  ALLURE_HTTP_EXCHANGE_SCHEMA_VERSION,
} from 'allure-js-commons/http'
import { decodeForm, queryOf } from '../../protocols/form.ts'
import type { Report } from '../report.ts'
import { toSequence } from './sequence.ts'
import { clip, clipMiddle, inOneLine } from './text.ts'

type Exchange = Report['evidence'][string][number]
type Pairs = Exchange['request']['headers']

/** Of the exchanges of a verdict, so many of the last are shown; of the headers or parameters of one, of the first. */
const most = { exchanges: 60, pairs: 100 }
const phases = {
  control: 'Control: the valid form',
  run: 'Run: the same with one thing changed',
  late: 'Late: after the verdict',
}

/**
 * The exchanges of a verdict as steps, each with its request and response, and before them a sequence diagram. `prefix`
 * begins the names of the files.
 */
export const evidenceSteps = (
  prefix: string,
  title: string,
  exchanges: readonly Exchange[],
  statuses: Partial<Record<Exchange['phase'], Status>>,
): { steps: StepResult[]; files: Record<string, string> } => {
  if (exchanges.length === 0) return { steps: [], files: {} }
  const files: Record<string, string> = {}
  const attached = (name: string, type: string, file: string, content: string, status: Status): StepResult => {
    files[file] = content
    return { ...stepOf(name, status), attachments: [{ name, type, source: file, size: Buffer.byteLength(content) }] }
  }
  const shown = exchanges.slice(-most.exchanges)
  const left = exchanges.length - shown.length
  const grouped = Map.groupBy(shown, ({ phase }) => phase)
  const steps = [
    attached('Sequence of the exchanges', 'image/svg+xml', `${prefix}-attachment.svg`, toSequence(title, exchanges), Status.PASSED), // prettier-ignore
    ...(left > 0 ? [stepOf(`${left} earlier exchanges are left out`, Status.SKIPPED)] : []),
    ...[...grouped].map(([phase, members]) => ({
      ...stepOf(phases[phase], statuses[phase] ?? Status.PASSED),
      steps: members.map((exchange) =>
        attached(
          nameOf(exchange),
          ALLURE_HTTP_EXCHANGE_CONTENT_TYPE,
          `${prefix}-${shown.indexOf(exchange)}-attachment${ALLURE_HTTP_EXCHANGE_FILE_EXTENSION}`,
          `${JSON.stringify(toHttpExchange(exchange))}\n`,
          exchange.response ? Status.PASSED : Status.BROKEN,
        ),
      ),
    })),
  ]
  return { steps, files }
}

const stepOf = (name: string, status: Status): StepResult => ({
  name,
  status,
  stage: Stage.FINISHED,
  statusDetails: {},
  steps: [],
  attachments: [],
  parameters: [],
})

const nameOf = ({ n, from, to, request, response }: Exchange) => {
  const bare = clipMiddle(inOneLine(request.url.split('?', 1)[0] ?? ''), 120)
  return `#${n} ${from} to ${to}: ${inOneLine(request.method, 20)} ${bare}: ${response ? response.status : 'no answer'}`
}

/** An exchange as Allure shows it. */
const toHttpExchange = ({ request, response, broke, at }: Exchange): HttpExchange => ({
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
  pairs.slice(0, most.pairs).map(([name, value]) => ({ name: clip(name, 200), value: clip(value, 4_000) }))

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
