import type { Policies } from '../../mocks/broker/policies.ts'
import { honest } from '../../mocks/broker/policies.ts'
import type { TokenPolicies } from '../../mocks/broker/token-policies.ts'
import { honestToken } from '../../mocks/broker/token-policies.ts'
import type { Pairs } from '../../protocols/wire.ts'

/** A parameter without a value is as good as none (RFC 6749 section 3.1). */
const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value)

/** A cache is told of a refusal in the answer to its request, and not behind a redirect, as browsers are. */
const policies: Policies = {
  ...honest,
  show: () => ({ status: 400, behindRedirect: false }),
  /** What a user is prompted for is for the token service to decide. */
  upstreamQuery: (client, asked) => [
    ...honest.upstreamQuery(client, { ...asked, resource: given(asked.resource) }),
    ...(asked.prompt === undefined ? [] : ([['prompt', asked.prompt]] satisfies Pairs)),
  ],
}

const token: TokenPolicies = {
  ...honestToken,
  reads(form, realm) {
    const asked = honestToken.reads(form, realm)
    return asked && { ...asked, resource: given(asked.resource) }
  },
}

/** How the reference broker decides where it stands between a token cache and the token services. */
export const betweenCaches = { policies, token }
