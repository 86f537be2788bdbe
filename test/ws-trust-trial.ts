import { signed } from '../fixtures/tampering/tampering.ts'
import type { Assertion } from '../protocols/saml/assertion.ts'
import { textOf } from '../protocols/wire.ts'
import { readAnswer } from '../protocols/ws-trust/answer.ts'
import type { TokenRequest } from '../protocols/ws-trust/request.ts'
import { writeTokenRequest } from '../protocols/ws-trust/request.ts'
import type { openTrial } from './sign-in-trial.ts'
import { genuineOf, trial } from './sign-in-trial.ts'

/** What is changed of a valid token request. */
type Change = {
  tenant?: string
  assertion?: Partial<Assertion>
  request?: Partial<TokenRequest>
  contentType?: string
}

/** A client of WS-Trust before a broker on trial. */
export const trustTrial = ({ nodes, provision, clock }: Awaited<ReturnType<typeof openTrial>>) => ({
  /** Asks for a token of a realm with a genuine assertion of a tenant, by default of the one that speaks WS-Federation. */
  async issue(realm: string, { tenant, assertion, request, contentType = 'application/soap+xml' }: Change = {}) {
    const { issuer } = await trial()
    const own = provision.tenants.find(({ upstream }) => upstream === 'wsfed')?.id ?? ''
    const genuine = genuineOf(provision, issuer, tenant ?? own, clock.time)
    const token = await signed({ ...genuine, assertion: { ...genuine.assertion, ...assertion } })
    const text = writeTokenRequest({
      dialect: '1.3',
      to: 'https://broker.test/trust',
      appliesTo: realm,
      credential: { is: 'token', token },
      ...request,
    })
    const answer = await nodes[0]?.({
      method: 'POST',
      origin: 'https://broker.test',
      rawPath: '/trust',
      headers: [['content-type', contentType]],
      body: new TextEncoder().encode(text),
    })
    if (answer === undefined) throw new TypeError('no such node')
    return { status: answer.status, text: textOf(answer), read: readAnswer(textOf(answer)) }
  },
})
