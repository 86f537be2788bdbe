import type { Handler, Request } from 'express'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import { verifyIdToken } from '../../mocks/broker/id-token.ts'
import { withQuery } from '../../protocols/form.ts'

type Tenant = Provision['tenants'][number]
type Party = Provision['parties'][number]

/** A user as the package knows one: a profile of Passport. */
type Profile = { id: string; displayName: string }

const cookie = { path: '/', secure: true, httpOnly: true, sameSite: 'none' } as const

/**
 * Signs users in, which the package leaves to whoever uses it: over OpenID Connect at the identity provider of the party's
 * tenant. `ask` stands before the package and hands on who is signed in; `answer` takes what the provider posts back and
 * sends the browser to the request it began with.
 */
export const makeUpstream = (
  { application, tenants, issuers: [issuer] }: Provision,
  parties: ReadonlyMap<string, Party>,
): { ask: Handler; answer: Handler } => {
  const begun = new Map<string, { tenant: Tenant; nonce: string; browser: string; request: string }>()
  const sessions = new Map<string, { tenant: string; user: Profile }>()

  return {
    ask(request, response, next) {
      const party = parties.get(String(request.query['wtrealm']))
      const tenant = tenants.find(({ id }) => id === party?.tenant)
      if (tenant === undefined) return next()
      const session = cookiesOf(request).flatMap(([name, value]) =>
        name === `session-${tenant.id}` ? (sessions.get(value) ?? []) : [],
      )[0]
      if (session) {
        request.user = session.user
        return next()
      }
      const [state, nonce, browser] = [randomUUID(), randomUUID(), randomUUID()]
      begun.set(state, { tenant, nonce, browser, request: request.originalUrl })
      response.cookie(`begun-${state}`, browser, cookie)
      response.redirect(
        withQuery(tenant.oidc.authorizationEndpoint, [
          ['client_id', application.id],
          ['response_type', 'id_token'],
          ['response_mode', 'form_post'],
          ['scope', 'openid profile'],
          ['redirect_uri', application.reply],
          ['nonce', nonce],
          ['state', state],
        ]),
      )
    },

    async answer(request, response) {
      const { state, id_token: token } = request.body as Record<string, unknown>
      const known = begun.get(String(state))
      const marks = cookiesOf(request).flatMap(([name, value]) => (name === `begun-${String(state)}` ? [value] : []))
      if (known === undefined || !marks.includes(known.browser) || issuer === undefined) return refuse(response)
      begun.delete(String(state))

      const { tenant, nonce } = known
      const expected = { application, issuer: tenant.oidc.issuer, nonce, now: Date.now(), jwks: issuer.jwks }
      const claims = await verifyIdToken(String(token), expected)
      if (claims?.['tid'] !== tenant.id) return refuse(response)
      const session = randomUUID()
      sessions.set(session, {
        tenant: tenant.id,
        user: { id: String(claims['upn']), displayName: String(claims['name']) },
      })
      response.cookie(`session-${tenant.id}`, session, cookie)
      response.redirect(known.request)
    },
  }
}

const refuse = (response: Parameters<Handler>[1]) => {
  response.status(400).send('Error: the identity provider did not sign you in.')
}

const cookiesOf = ({ headers }: Request): [string, string][] =>
  (headers.cookie ?? '').split('; ').map((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return [name, value]
  })
