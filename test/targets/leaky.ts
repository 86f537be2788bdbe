import { appendFileSync } from 'node:fs'
import { gzipSync, deflateRawSync } from 'node:zlib'
import type { TargetDefinition } from '../../harness/target/target.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'
import { honest } from '../../mocks/broker/policies.ts'
import { queryOf } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'

const each = (text: string, form: (code: number) => string) => [...text].map((one) => form(one.charCodeAt(0))).join('')
const hex = (code: number) => code.toString(16).padStart(2, '0')
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64')

/** The ways in which a secret is given away. */
export const disguises: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  'percent-encoded': (secret) => each(secret, (code) => `%${hex(code)}`),
  'percent-encoded twice': (secret) => each(secret, (code) => `%25${hex(code).toUpperCase()}`),
  base64,
  'base64 behind a name': (secret) => base64(`client:${secret}`),
  base64url: (secret) => Buffer.from(`{"k":"${secret}"}`).toString('base64url'),
  hexadecimal: (secret) => Buffer.from(secret).toString('hex'),
  'escaped in JSON': (secret) => each(secret, (code) => String.raw`\u00${hex(code)}`),
  'escaped in HTML': (secret) => each(secret, (code) => `&#x${hex(code)};`),
  gzip: (secret) => base64(gzipSync(`{"config":"${secret}"}`)),
  deflate: (secret) => encodeURIComponent(base64(deflateRawSync(`<a>${secret}</a>`))),
}

/**
 * Gives away what it is asked with and what it knows of who asks: a client's secret, a code. In pages, in headers and their names, and in
 * URLs. What it gives away it notes in the file that the environment names.
 */
const leaking =
  (wire: Wire, secretOf: (client: string) => string | undefined): Wire =>
  async (request, signal) => {
    const response = await wire(request, signal)
    const query = queryOf(request.rawPath)
    const valueOf = (name: string) => query.find(([key]) => key === name)?.[1]
    const known = [secretOf(valueOf('client_id') ?? ''), valueOf('code')].filter((one) => one !== undefined && one.length > 20) as string[] // prettier-ignore
    const [note] = [process.env['BROKERSPEC_CANARIES']]
    if (note !== undefined && known.length > 0) appendFileSync(note, `${known.join('\n')}\n`)

    const told = known.flatMap((secret) => Object.values(disguises).map((disguise) => disguise(secret)))
    const location = headerOf(response.headers, 'location')
    const inUrl = told.filter((one) => /^[\w%.~-]+$/.test(one)).map((one, index) => `d${index}=${one}`)
    const headers = response.headers.map(([name, value]): [string, string] =>
      name === 'location' && inUrl.length > 0
        ? [name, `${value}${value.includes('?') ? '&' : '?'}${inUrl.join('&')}`]
        : [name, value],
    )
    const page = told.map((one) => `<p data-x="${one}">${one}</p><!-- ${one} -->\n<script>x = {"a":"${one}"}</script>`)
    return {
      status: response.status,
      headers: [
        ...headers,
        ...told.map((one, index): [string, string] => [`x-debug-${index}`, one]),
        ...known.map((one): [string, string] => [`x-${one}`.toLowerCase(), '1']),
      ],
      body: new TextEncoder().encode(
        location === undefined ? `${page.join('\n')}${textOf(response)}` : page.join('\n'),
      ),
    }
  }

/** Wrong in many ways, and indiscreet about all of them. */
const leaky: TargetDefinition = {
  schema: 1,
  role: 'broker',
  subject: { name: 'an indiscreet broker', version: '1' },
  dialect: 'k2trust',
  capabilities: ['oauth', 'realm-selector'],
  attach: {
    open: (provision, io) => ({
      wire: leaking(
        makeBroker(provision, {
          ...io,
          policies: {
            ...honest,
            matches: (given, registered) => given.toLowerCase().startsWith(registered.toLowerCase()),
            sameBrowser: () => true,
            servesVersion: () => true,
            mayUseOauth: () => true,
            keepState: (state) => state.trim(),
          },
        }),
        (client) => provision.clients.find(({ id }) => id === client)?.secret,
      ),
    }),
  },
}

export default leaky
