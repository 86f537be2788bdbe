import { randomUUID } from 'node:crypto'
import type { Surroundings } from '../../harness/target/target.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { decodeForm, queryOf, withQuery } from '../../protocols/form.ts'
import type { Pairs, Wire } from '../../protocols/wire.ts'
import { headerOf, textOf, textResponse } from '../../protocols/wire.ts'

type Begun = { redirectUri: string; state: string; browser: string; until: number }

const refusal = (text: string) => textResponse(400, text)
const invalid = refusal('An error occurred while processing an authorization response')
const sendTo = (location: string, more: Pairs = []) => textResponse(303, '', [['location', location], ...more])
const lifetime = 600_000

/**
 * A small broker that has answers from upstream posted to its callback, and looks at no callback that comes otherwise.
 * `guesses`: it takes any callback for that of the newest request.
 */
export const formPostBroker = (
  { clients }: Provision,
  { origin, clock }: Surroundings,
  { guesses = false } = {},
): Wire => {
  const begun = new Map<string, Begun>()

  return async ({ method, rawPath, headers, body }) => {
    const [path = ''] = rawPath.split('?')
    if (method === 'GET' && path === '/authorize/oauth/2/request') {
      const asked = Object.fromEntries(queryOf(rawPath))
      const client = clients.find(({ id }) => id === asked['client_id'])
      if (!client?.oauth) return refusal('Bad Request: invalid_client_id')
      const { redirect_uri: redirectUri = '', state: given = '' } = asked
      if (!client.redirectUris.includes(redirectUri)) return refusal('Bad Request: invalid_redirect_uri')
      const [state, browser] = [randomUUID(), randomUUID()]
      begun.set(state, { redirectUri, state: given, browser, until: clock.now() + lifetime })
      const upstream: Pairs = [
        ['client_id', client.id],
        ['response_type', 'code'],
        ['response_mode', 'form_post'],
        ['redirect_uri', `${origin}/authorize/oauth/2`],
        ['resource', asked['resource'] ?? ''],
        ['state', state],
      ]
      const cookie = `begun-${state}=${browser}; Path=/; Secure; HttpOnly; SameSite=None`
      return sendTo(withQuery(client.authorizationEndpoint, upstream), [['set-cookie', cookie]])
    }
    if (path !== '/authorize/oauth/2') return textResponse(404, 'not found')
    if (method !== 'POST') return textResponse(405, 'the callback is posted to')
    const { state = '', code = '' } = Object.fromEntries(decodeForm(textOf({ ...(body && { body }) })))
    const known = begun.get(state) ?? (guesses ? [...begun.values()].at(-1) : undefined)
    const mine = known !== undefined && (headerOf(headers, 'cookie') ?? '').includes(known.browser)
    if (!known || !mine || known.until < clock.now() || code === '') return invalid
    begun.delete(state)
    return sendTo(withQuery(known.redirectUri, [['code', code], ['state', known.state]])) // prettier-ignore
  }
}
