import { describe, expect, test } from 'vitest'
import type { Capability } from '../fixtures/clauses/clause.ts'
import { clauseOf } from '../fixtures/clauses/index.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import { honestSignIn } from '../mocks/broker/sign-in-policies.ts'
import type { SignInPolicies } from '../mocks/broker/sign-in-policies.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'
import { checksOf } from './sides.ts'

const keyring = await makeKeyring()
const signIns = checksOf('sign-in')
const needing = (capability: Capability) =>
  signIns.filter(({ clauses, needs }) =>
    [...clauses.flatMap((id) => clauseOf(id).capabilities), ...needs.capabilities].includes(capability),
  )
const everything = referenceBroker().capabilities ?? []
const upstreams = [
  { only: 'oidc', capability: 'oidc', lacks: 'wsfed-upstream' },
  { only: 'wsfed', capability: 'wsfed-upstream', lacks: 'oidc' },
] as const

/** A broker that can sign users in over one kind of upstream, and fails over any other. */
const speaking = (only: 'oidc' | 'wsfed'): SignInPolicies => ({
  ...honestSignIn,
  chooseUpstream(...given) {
    const chosen = honestSignIn.chooseUpstream(...given)
    return chosen?.upstream === only ? chosen : undefined
  },
})

const judged = async (suspect: Suspect, chosen = signIns) => {
  const verdicts = await verdictsOn(suspect, { keyring, seed: 1, runs: 10, chosen })
  return Object.fromEntries(verdicts.slice(0, chosen.length).map(({ check, status }) => [check, status]))
}

describe.for(upstreams)('a broker that has $only alone upstream', ({ only, capability, lacks }) => {
  const signIn = speaking(only)

  test('is judged on all that it has, and passes', async () => {
    const lacking = needing(lacks).map(({ id }) => id)
    const expected = Object.fromEntries(signIns.map(({ id }) => [id, lacking.includes(id) ? 'not-applicable' : 'pass']))
    expect(lacking.length).toBeLessThan(signIns.length / 2)
    const capabilities = everything.filter((one) => one !== lacks)
    expect(await judged({ signIn, capabilities })).toEqual(expected)
  })

  test('and declares the other is still judged on what asks about the first alone', async () => {
    const chosen = needing(capability).filter((check) => !needing(lacks).includes(check))
    expect(await judged({ signIn }, chosen)).toEqual(Object.fromEntries(chosen.map(({ id }) => [id, 'pass'])))
  })
})

test.for(['1.1', '2.0'] as const)(
  'a broker that issues SAML %s alone passes once its profile says so',
  async (only) => {
    const signIn: SignInPolicies = { ...honestSignIn, tokenVersion: () => only }
    const suspect = { signIn, dialect: { extends: 'wsfed', paths: { metadata: '/federationmetadata/2007-06/federationmetadata.xml' } } } as const // prettier-ignore
    const statuses = await judged({ ...suspect, profile: { tokenVersions: [only] } })
    const having = (status: string) => Object.keys(statuses).filter((id) => statuses[id] === status)
    expect([...having('pass'), ...having('not-applicable')].toSorted()).toEqual(Object.keys(statuses).toSorted())
    expect(having('pass').length).toBeGreaterThan(signIns.length / 2)
    const undeclared = await judged(suspect, signIns.filter(({ id }) => id.startsWith('sign-in.token-type.registered'))) // prettier-ignore
    expect(Object.values(undeclared)).toEqual(['inconclusive'])
  },
)
