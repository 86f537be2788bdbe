import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import { bothSignIn, mustBeNobody, signIn } from './token.ts'
import type { PartyContext } from './visit.ts'
import { alone, tell, usersOf } from './visit.ts'

const needs = { ...alone, capabilities: ['refresh-metadata'] } as const

type Key = 'signer' | 'next' | 'stranger'

/** Has the party read metadata that list these certificates, in this order. */
const reads = async (context: PartyContext, listed: readonly Key[]) => {
  context.publishes(...listed.map((key): Signer => context.broker[key]))
  await context.refreshMetadata()
}

/** Leaves the party with what the broker published at first. */
const restoring = async (context: PartyContext, body: () => Promise<void>): Promise<void> => {
  try {
    await body()
  } finally {
    await reads(context, ['signer'])
  }
}

const signedBy = (context: PartyContext, key: Key) =>
  signIn(context, {}, undefined, (genuine) => ({ ...genuine, issuer: context.broker[key] }))

const mustAccept = async (context: PartyContext, key: Key, what: string) => {
  const { identity, journey } = await signedBy(context, key)
  if (identity?.name === usersOf(context)[0].name) return
  throw new Violation('refused', { expected: `a token signed by ${what} accepted`, actual: tell({ journey }) })
}

/** The party begins from what the broker publishes at first, whatever it was told before. */
const control = async (context: PartyContext) => {
  await context.refreshMetadata()
  await bothSignIn(context)
}

/** So many of the three keys, in any order. */
const ofThree = (minLength: number, maxLength: number) =>
  fc.shuffledSubarray<Key>(['signer', 'next', 'stranger'], { minLength, maxLength })

/** A new key. */
export const newCertificate: Check<'relying-party'> = {
  id: 'party.learns-new-certificate.listed',
  title: 'every certificate that the metadata list is trusted once they are read again, wherever it stands in the list',
  sends:
    'metadata that list one to three certificates in any order, read again by the party, and tokens signed by each of these keys',
  owes: 'a session out of each of these tokens',
  clauses: ['party.learns-new-certificate'],
  needs,
  kills: ['party.ignores-new-certificates', 'party.trusts-first-certificate', 'party.trusts-first-two-certificates'],
  control,
  async run(context) {
    const each = (listed: readonly Key[]) =>
      restoring(context, async () => {
        await reads(context, listed)
        for (const key of listed)
          await mustAccept(context, key, `certificate ${listed.indexOf(key) + 1} of ${listed.length}`)
      })
    await context.each<Key[]>([['signer', 'next'], ['next', 'signer'], ['next']], each)
    const lists = fc.oneof({ weight: 2, arbitrary: ofThree(3, 3) }, ofThree(1, 2))
    await context.forEvery('list', lists, Math.ceil(context.runs / 10), each)
  },
}

/** A key that was withdrawn. */
export const oldCertificate: Check<'relying-party'> = {
  id: 'party.learns-new-certificate.unlisted',
  title: 'a certificate that the metadata no longer list is not trusted once they are read again',
  sends:
    'metadata that list a certificate and then others in its place, read again by the party, and a token signed by the key that is gone',
  owes: 'nobody signed in by the old key, and the user by a new one',
  clauses: ['party.learns-new-certificate'],
  needs,
  kills: ['party.keeps-old-certificates', 'party.keeps-certificates-of-three'],
  control,
  async run(context) {
    const withdraws = ({ before, after }: { before: readonly Key[]; after: readonly Key[] }) =>
      restoring(context, async () => {
        await reads(context, before)
        await reads(context, after)
        const [first] = after
        if (first) await mustAccept(context, first, 'the new key')
        for (const gone of before.filter((key) => !after.includes(key))) {
          const { identity } = await signedBy(context, gone)
          mustBeNobody(identity, 'a token signed by a key that is no longer listed')
        }
      })
    await context.each<{ before: Key[]; after: Key[] }>(
      [
        { before: ['signer'], after: ['next'] },
        { before: ['signer', 'next'], after: ['next'] },
      ],
      withdraws,
    )
    const lists = fc.record({
      before: fc.oneof({ weight: 2, arbitrary: ofThree(3, 3) }, ofThree(1, 2)),
      after: ofThree(1, 2),
    })
    await context.forEvery('lists', lists, Math.ceil(context.runs / 10), withdraws)
  },
}
