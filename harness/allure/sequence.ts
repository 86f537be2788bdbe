import type { Exchanged } from './account.ts'
import { clipMiddle, inOneLine } from './text.ts'

const order: readonly string[] = ['browser', 'client', 'target', 'broker', 'idp', 'harness']
const lane = 390
const margin = 90
const row = 30
const characterWidth = 7.3
const most = 60

/** Exchanges as a sequence diagram in SVG: dark ink on a light card of its own, readable in any theme. */
export const toSequence = (title: string, exchanges: readonly Pick<Exchanged, DrawnKeys>[]): string => {
  const shown = exchanges.slice(-most)
  const actors = [...new Set(shown.flatMap(({ from, to }) => [from, to]))].toSorted(
    (one, other) => rankOf(one) - rankOf(other),
  )
  const xOf = (actor: string) => margin + actors.indexOf(actor) * lane
  const width = 2 * margin + Math.max(1, actors.length - 1) * lane
  const drawn: string[] = []
  let y = 64
  let phase: string | undefined
  if (shown.length < exchanges.length) drawn.push(band(`${exchanges.length - shown.length} earlier exchanges`, (y += 8), width)) // prettier-ignore
  for (const exchange of shown) {
    if (exchange.phase !== phase) drawn.push(band((phase = exchange.phase), (y += row), width))
    const { n, request, response, broke } = exchange
    const ends = [xOf(exchange.from), xOf(exchange.to)] as const
    drawn.push(arrow(`#${n} ${request.method} ${pathOf(request.url)}`, ends, (y += row + 8), ask))
    const location = response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
    const answered =
      response && `${response.status}${location === undefined ? '' : ` ${carriedBy(location)}to ${placeOf(location)}`}`
    const back = [ends[1], ends[0]] as const
    drawn.push(arrow(answered ?? `no answer: ${broke ?? ''}`, back, (y += row), answered ? answer : lost))
  }
  const height = y + 34
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6" fill="#ffffff" stroke="#d0d7de"/>`,
    ...actors.map((actor) => lifeline(actor, xOf(actor), height)),
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

type DrawnKeys = 'n' | 'phase' | 'from' | 'to' | 'request' | 'response' | 'broke'
type Ink = { line: string; text: string; dash: string }
const ask: Ink = { line: '#0969da', text: '#1f2328', dash: '' }
const answer: Ink = { line: '#57606a', text: '#424a53', dash: ' stroke-dasharray="5 4"' }
const lost: Ink = { line: '#cf222e', text: '#a40e26', dash: ' stroke-dasharray="2 4"' }

const rankOf = (actor: string) => (order.includes(actor) ? order.indexOf(actor) : order.length)

const lifeline = (actor: string, x: number, height: number) =>
  `<line x1="${x}" y1="44" x2="${x}" y2="${height - 12}" stroke="#d0d7de"/>` +
  `<rect x="${x - 60}" y="16" width="120" height="28" rx="4" fill="#f6f8fa" stroke="#8c959f"/>` +
  `<text x="${x}" y="34" text-anchor="middle" font-weight="bold" fill="#1f2328">${escape(actor)}</text>`

const band = (text: string, y: number, width: number) =>
  `<rect x="12" y="${y - 14}" width="${width - 24}" height="20" rx="3" fill="#eaeef2"/>` +
  `<text x="20" y="${y}" font-style="italic" fill="#424a53">${escape(text)}</text>`

/** An arrow with its text above it; one to oneself is a short one to the right. */
const arrow = (text: string, [from, to]: readonly [number, number], y: number, { line, text: ink, dash }: Ink) => {
  const end = from === to ? from + lane / 4 : to
  const span = from === to ? lane : Math.abs(end - from)
  const label = escape(clipMiddle(inOneLine(text), Math.floor((span - 24) / characterWidth)))
  const head = end > from ? -8 : 8
  return (
    `<line x1="${from}" y1="${y}" x2="${end}" y2="${y}" stroke="${line}" stroke-width="1.5"${dash}/>` +
    `<path d="M${end} ${y}l${head} -4v8z" fill="${line}"/>` +
    `<text x="${Math.min(from, end) + 12}" y="${y - 5}" fill="${ink}" stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke">${label}</text>`
  )
}

/** What a redirect hands over, as far as it matters. */
const carriedBy = (url: string) => {
  if (/[?&#](?:access|id)_token=/.test(url)) return 'with a token '
  if (/[?&#]code=/.test(url)) return 'with a code '
  return /[?&#]error=/.test(url) ? 'with an error ' : ''
}

const placeOf = (url: string) => url.replace(/^https?:\/\//i, '').split(/[?#]/, 1)[0] ?? ''
const pathOf = (url: string) => url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] || '/'

const escape = (text: string) =>
  inOneLine(text, 500).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;') // prettier-ignore
