import { headerOf, textOf } from '../../protocols/wire.ts'
import { decodeForm, valuesOf } from '../../protocols/form.ts'
import type { Exchange } from '../../harness/record/exchange.ts'

/** A token request of the target: to whom, with what, and what came of it. */
export type Grant = {
  to: 'broker' | 'idp'
  given: string
  access: string | undefined
  refresh: string | undefined
  /** When the token ends by what was said, in seconds; `undefined`: nothing that can be read. */
  expiresOn: number | undefined
  /** On the clock of the universe, in ms. */
  at: number
}

/** A call at a resource with a token. */
export type DataCall = { token: string; status: number }

/** What the target sent to the mocks, by what it is. */
export type Traffic = { redemptions: Grant[]; renewals: Grant[]; data: DataCall[]; sent: readonly Exchange[] }

/** Sorts what the target sent. What is neither a token request nor a call with a token, such as one for keys, is nothing. */
export const trafficIn = (sent: readonly Exchange[]): Traffic => ({
  redemptions: grantsIn(sent, ['AuthorizationCode', 'code']),
  renewals: grantsIn(sent, ['RefreshToken', 'refresh_token']),
  data: sent.flatMap((exchange) => dataIn(exchange)),
  sent,
})

const grantsIn = (sent: readonly Exchange[], fields: readonly string[]): Grant[] =>
  sent.flatMap(({ to, at, request, response }): Grant[] => {
    if (request.method !== 'POST' || (to !== 'broker' && to !== 'idp')) return []
    const form = decodeForm(textOf(request))
    const [given] = fields.flatMap((field) => valuesOf(form, field))
    if (given === undefined) return []
    const said = response === undefined ? {} : objectIn(textOf(response))
    const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined)
    const expiresOn = Number(said['expires_on'] ?? Number.NaN)
    return [
      {
        to,
        given,
        access: text('access_token'),
        refresh: text('refresh_token'),
        expiresOn: Number.isFinite(expiresOn) ? expiresOn : undefined,
        at,
      },
    ]
  })

/** Without a token it is no call for data: so a client finds out about the realm. */
const dataIn = ({ to, request, response }: Exchange): DataCall[] => {
  if (to !== 'idp' || !request.rawPath.includes('/_api/')) return []
  const token = /^Bearer (\S+)$/i.exec(headerOf(request.headers, 'authorization') ?? '')?.[1]
  return token === undefined ? [] : [{ token, status: response?.status ?? 0 }]
}

const objectIn = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
