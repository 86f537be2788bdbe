import { expect, test } from 'vitest'
import { queryOf, valuesOf } from '../../protocols/form.ts'
import type { Assertion } from '../../protocols/saml/assertion.ts'
import { openTrial } from '../../test/sign-in-trial.ts'
import { trustTrial } from '../../test/ws-trust-trial.ts'
import type { SignInPolicies } from './sign-in-policies.ts'
import { honestSignIn } from './sign-in-policies.ts'

test('every policy is asked by some message, so that a fault in it can be seen', async () => {
  const asked = new Set<string>()
  const heard = Object.fromEntries(
    Object.entries(honestSignIn).map(([name, decide]) => [
      name,
      (...given: unknown[]) => {
        asked.add(name)
        return (decide as (...input: unknown[]) => unknown)(...given)
      },
    ]),
  ) as SignInPolicies
  const trial = await openTrial(heard)
  const { ask, reply: answer, visit, request, signInTo, provision, certificates } = trial
  const { issue } = trustTrial(trial)
  for (const { realm, reply } of provision.parties)
    await signInTo(realm, [['wctx', 'c'], ['wreply', reply], ['wfresh', '0']]) // prettier-ignore
  const { location } = await ask(request(provision.parties[0]?.realm ?? '', [['wfresh', '0']])) // prettier-ignore
  await answer([['error', 'access_denied'], ['state', valuesOf(queryOf(location), 'state')[0] ?? '']]) // prettier-ignore
  await ask(request('https://nobody.test/'))
  for (const { tenant, realm } of provision.parties) await issue(realm, { tenant })
  await certificates()
  await visit('GET', '/nobody/federationmetadata/2007-06/federationmetadata.xml')
  await ask([['wa', 'wsignout1.0'], ['wreply', provision.parties[0]?.reply ?? '']]) // prettier-ignore
  expect(Object.keys(honestSignIn).filter((name) => !asked.has(name))).toEqual([])
})

test.each<[string, Partial<SignInPolicies>, (foreign: string) => Partial<Assertion>]>([
  [
    'by a token that has expired',
    { believesAssertion: (text, expected) => honestSignIn.believesAssertion(text, { ...expected, skew: Infinity }) },
    () => ({ notBefore: 0, notOnOrAfter: 1000 }),
  ],
  ['by a token of another tenant', { isMember: () => true }, (issuer) => ({ issuer })],
])('a broken broker signs a user in %s', async (_, broken, change) => {
  const { request, ask, answerTo, reply, provision } = await openTrial(broken)
  const [foreign, tenant] = provision.tenants
  const party = provision.parties.find((one) => one.tenant === tenant?.id)
  const { location } = await ask(request(party?.realm ?? ''))
  const answer = await answerTo(location, { assertion: change(foreign?.wsfed.issuer ?? '') })
  expect((await reply(answer)).actions).toEqual([party?.reply])
})
