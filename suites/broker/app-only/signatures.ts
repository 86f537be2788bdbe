import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import type { Check } from '../../../harness/judge/check.ts'
import type { Signed } from '../../../mocks/idp/forge-token.ts'
import { keyForms, thumbprint } from '../../../mocks/idp/forge-token.ts'
import { buysNothing } from './judgement.ts'
import { needsOf, redeems, userGetsAppOnly } from './request.ts'
import { trialOf } from './tokens.ts'

const shared = {
  clauses: ['app-only.valid-token'],
  owes: "a refusal of each, before the client's secret is used for a grant",
  applies: redeems,
  needs: needsOf(),
  control: userGetsAppOnly,
} as const

/** The signature of a token belongs to what it says. */
export const alteredToken: Check = {
  ...shared,
  id: 'app-only.valid-token.altered',
  title: 'a user token that was altered after it was signed buys no app-only token',
  sends:
    'valid requests with a user token whose claims or signature were changed, cut away or added to, some of them very long',
  attacks: ['BTE-14'],
  kills: ['broker.decodes-user-tokens-alone', 'broker.verifies-short-user-tokens-only'],
  async run(context) {
    const { people, token, attempt } = await trialOf(context)
    const [head = '', body = '', signature = ''] = token.split('.')
    const flipped = `${signature.slice(0, 20)}${signature[20] === 'A' ? 'B' : 'A'}${signature.slice(21)}`
    const cut = [
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${body}.${signature.slice(0, -40)}`,
      `${head}.${body}.${flipped}`,
    ]
    await context.each(cut, (one) => buysNothing(context, people, one, 'a user token with another signature'))
    await context.each(['name', 'scp', 'nameid', 'jti'], (claim) =>
      attempt({ claims: { [claim]: 'another' }, signed: { by: 'before' } }, `a user token with another ${claim}`),
    )
    const texts = {
      short: fc.string({ minLength: 1, maxLength: 40 }),
      long: fc.string({ minLength: 3000, maxLength: 6000, unit: fc.constantFrom('a', 'b', ' ', '0') }),
    }
    for (const [name, text] of Object.entries(texts))
      await context.forEvery(
        name,
        fc.record({ claim: label, text }),
        Math.ceil(context.runs / 10),
        ({ claim, text: value }) =>
          attempt(
            { claims: { [claim]: value }, signed: { by: 'before' } },
            `a user token with a claim ${claim} of ${value.length} characters`,
          ),
      )
  },
}

/** Nobody signed it. */
export const unsignedToken: Check = {
  ...shared,
  id: 'app-only.valid-token.unsigned',
  title: 'a user token with alg none buys no app-only token',
  sends:
    'valid requests with a user token whose header says none, in many spellings, without a signature and with the old one',
  attacks: ['BTE-14'],
  kills: [
    'broker.takes-unsigned-user-tokens',
    'broker.takes-user-tokens-of-any-none',
    'broker.decodes-user-tokens-alone',
  ],
  async run(context) {
    const { token, attempt } = await trialOf(context)
    const old = token.split('.')[2] ?? ''
    const unsigned = (signed: { alg: string; signature: string }) =>
      attempt({ signed: { by: 'nobody', ...signed } }, `a user token with alg ${signed.alg}`)
    await context.each(
      ['none', 'None', 'NONE', ''].map((alg) => ({ alg, signature: '' })),
      unsigned,
    )
    const spelled = fc
      .array(fc.boolean(), { minLength: 4, maxLength: 4 })
      .map((upper) => [...'none'].map((letter, at) => (upper[at] === true ? letter.toUpperCase() : letter)).join(''))
    const signature = fc.constantFrom('', '', 'AA', old)
    await context.forEvery('spelled', fc.record({ alg: spelled, signature }), Math.ceil(context.runs / 5), unsigned)
  },
}

/** Everybody has the key. */
export const publicKeyToken: Check = {
  ...shared,
  id: 'app-only.valid-token.public-key',
  title: "a user token that is signed with the issuer's public key as a secret buys no app-only token",
  sends:
    'valid requests with a user token signed by HS256, HS384 and HS512 with the published key: as PEM, DER, certificate or modulus',
  attacks: ['BTE-14'],
  kills: ['broker.takes-user-tokens-of-public-key', 'broker.takes-user-tokens-of-certificate'],
  async run(context) {
    const { attempt } = await trialOf(context)
    const keyed = (signed: Omit<Extract<Signed, { by: 'public-key' }>, 'by'>) =>
      attempt(
        { signed: { by: 'public-key', ...signed } },
        `a user token of ${signed.alg} with the public key as ${signed.form}`,
      )
    await context.each(
      keyForms.map((form) => ({ alg: 'HS256' as const, form })),
      keyed,
    )
    const ways = fc.record({ alg: fc.constantFrom('HS384', 'HS512'), form: fc.constantFrom(...keyForms) })
    await context.forEvery('ways', ways, Math.ceil(context.runs / 2), keyed)
  },
}

/** Tricks by which a header names the stranger's key, and those by which it does not. */
const tricks = {
  own: ['embedded-jwk', 'embedded-certificate', 'jku', 'x5u', 'kid-as-url', 'kid-as-path'],
  foreign: ['foreign-key', 'unknown-kid', 'no-kid'],
} as const

/** A stranger signed it, in the name of the issuer. */
export const foreignKeyToken: Check = {
  ...shared,
  id: 'app-only.valid-token.foreign-key',
  title: 'a user token that somebody else has signed buys no app-only token',
  sends: "valid requests with a user token that a stranger has signed: under the issuer's kid, another one, none",
  attacks: ['BTE-14'],
  kills: ['broker.decodes-user-tokens-alone'],
  async run(context) {
    const { attempt } = await trialOf(context)
    await context.each(tricks.foreign, (trick) =>
      attempt({ signed: { by: 'stranger', trick } }, `a stranger's user token (${trick})`),
    )
  },
}

/** The token says which key to use. */
export const ownKeyToken: Check = {
  ...shared,
  id: 'app-only.valid-token.own-key',
  title: 'a user token that names a key of its own in its header buys no app-only token',
  sends:
    "valid requests with a stranger's user token whose header brings the key (jwk, x5c) or says where it is (jku, x5u, kid), under many kids",
  attacks: ['BTE-14'],
  kills: [
    'broker.trusts-jwk-of-user-token',
    'broker.trusts-jwk-named-by-its-thumbprint',
    'broker.trusts-certificate-of-user-token',
    'broker.fetches-jku-of-user-token',
    'broker.fetches-x5u-of-user-token',
    'broker.fetches-kid-of-user-token',
    'broker.reads-key-file-of-user-token',
  ],
  async run(context) {
    const { attempt } = await trialOf(context)
    await context.each(tricks.own, (trick) =>
      attempt({ signed: { by: 'stranger', trick } }, `a user token with a key of its own (${trick})`),
    )
    const kids = fc.oneof({ weight: 2, arbitrary: fc.constant(thumbprint) }, fc.uuid(), label)
    const named = fc.record({ trick: fc.constantFrom('embedded-jwk', 'embedded-certificate'), kid: kids })
    await context.forEvery('kids', named, Math.ceil(context.runs / 2), (one) =>
      attempt(
        { signed: { by: 'stranger', ...one } },
        `a user token with a key of its own (${one.trick}, kid ${one.kid})`,
      ),
    )
  },
}
