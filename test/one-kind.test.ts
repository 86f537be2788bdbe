import { describe, expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { honestSignIn } from '../mocks/broker/sign-in-policies.ts'
import type { SignInPolicies } from '../mocks/broker/sign-in-policies.ts'
import { checks } from '../suites/index.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const signIns = checks.filter(({ id }) => !id.startsWith('authorize.'))
const needing = (capability: 'oidc' | 'wsfed-upstream') =>
  signIns.filter(({ needs }) => needs.capabilities.includes(capability))
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
    expect(await judged({ signIn, capabilities: [capability, 'clock', 'nodes'] })).toEqual(expected)
  })

  test('and declares the other is still judged on what asks about the first alone', async () => {
    const chosen = needing(capability)
    expect(await judged({ signIn }, chosen)).toEqual(Object.fromEntries(chosen.map(({ id }) => [id, 'pass'])))
  })
})

test.for(['1.1', '2.0'] as const)(
  'a broker that issues SAML %s alone passes once its profile says so',
  async (only) => {
    const signIn: SignInPolicies = { ...honestSignIn, tokenVersion: () => only }
    const suspect = { signIn, dialect: { extends: 'wsfed', paths: { metadata: '/federationmetadata/2007-06/federationmetadata.xml' } } } as const // prettier-ignore
    const statuses = await judged({ ...suspect, profile: { tokenVersions: [only] } })
    expect(Object.entries(statuses).filter(([, status]) => status !== 'pass')).toEqual([])
    const undeclared = await judged(suspect, signIns.filter(({ id }) => id.startsWith('sign-in.token-type.registered'))) // prettier-ignore
    expect(Object.values(undeclared)).toEqual(['inconclusive'])
  },
)
