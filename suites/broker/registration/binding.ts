import * as fc from 'fast-check'
import type { Check } from '../../../harness/judge/check.ts'
import { partiesOf, partiesSignIn } from '../sign-in/request.ts'
import { directoriesOf, needs, newParty, register, registersParties, shutTo, trusted, works } from './request.ts'

const move = 'registration.no-move'
const single = 'realm.single-directory'

/** A K2 tenant stays with its directory. */
export const rebound: Check = {
  id: 'registration.no-move.rebound',
  title: 'a K2 tenant that is bound to one directory is not moved to another whose administrator consents',
  sends:
    'a registration for a K2 tenant of one directory, and then others for it by the administrator of another directory: of the same party and of new ones, under its own vanity domain and, where the target is told the K2 tenant beside it, under new ones',
  owes: 'no response for a user of the other directory at any of them, and one for a user of the first as before',
  clauses: [move],
  needs,
  kills: ['broker.moves-tenancies', 'broker.moves-tenancies-to-new-domains'],
  control: registersParties,
  async run(context) {
    const trust = await trusted(context)
    const { namesTenancy } = context.registration
    const play = async (turn: number, attempts: readonly { party: 'same' | 'new'; domain: 'same' | 'new' }[]) => {
      const [own, other] = directoriesOf(context, turn)
      const first = newParty(context, own)
      await register(context, first, own.administrator)
      await works(context, trust, first, own.user)
      for (const { party, domain } of attempts) {
        const fresh = newParty(context, own)
        const wanted = {
          ...(party === 'same' ? first : fresh),
          tenancy: first.tenancy,
          domain: domain === 'new' && namesTenancy ? fresh.domain : first.domain,
        }
        await register(context, wanted, other.administrator)
        await shutTo(context, wanted, other.user, 'the K2 tenant is bound to another directory', move)
      }
      await works(context, trust, first, own.user, move)
    }
    await context.each([0, 1], (turn) => play(turn, [{ party: 'same', domain: 'same' }, { party: 'new', domain: 'same' }])) // prettier-ignore
    const either = fc.constantFrom('same' as const, 'new' as const, 'new' as const, 'new' as const)
    const attempts = fc.array(fc.record({ party: either, domain: either }), { minLength: 1, maxLength: 3 })
    const histories = fc.record({ turn: fc.nat(1), attempts })
    await context.forEvery('moves', histories, Math.ceil(context.runs / 10), (one) => play(one.turn, one.attempts))
  },
}

/** A party stays with its directory, whichever K2 tenant is said to have it. */
export const secondDirectory: Check = {
  id: 'realm.single-directory.second',
  title: 'a party that is bound to one directory gets no second one',
  sends:
    'registrations of parties that the target knows, by the administrator of another directory for a K2 tenant of its own: as they are, and with a reply URL or a version of SAML of their own',
  owes: 'no response for a user of the other directory at any of them, and one for a user of the first as before',
  clauses: [single],
  needs,
  kills: ['broker.binds-parties-again', 'broker.binds-parties-by-reply'],
  async control(context) {
    await partiesSignIn(context)
    await registersParties(context)
  },
  async run(context) {
    const trust = await trusted(context)
    const people = partiesOf(context)
    const play = async (index: number, changes: { reply: boolean; tokenVersion: boolean }) => {
      const directories = directoriesOf(context)
      const [one, owner] = [people[index], directories.find(({ tenant }) => tenant.id === people[index]?.tenant.id)]
      const other = directories.find((directory) => directory !== owner)
      if (one === undefined || owner === undefined || other === undefined) return
      const [{ party }, fresh] = [one, newParty(context, other)]
      const [version = party.tokenVersion] = context.profile.tokenVersions.filter((each) => each !== party.tokenVersion)
      const known = { ...fresh, realm: party.realm, reply: party.reply, tokenVersion: party.tokenVersion }
      const wanted = {
        ...known,
        ...(changes.reply && { reply: fresh.reply }),
        ...(changes.tokenVersion && { tokenVersion: version }),
      }
      await register(context, wanted, other.administrator)
      await shutTo(context, wanted, other.user, 'the party is bound to another directory', single)
      context.hostile()
      await works(context, trust, known, owner.user, single)
    }
    await context.each([...people.keys()], (index) => play(index, { reply: false, tokenVersion: false }))
    const changed = [[true, false], [false, true], [true, true]] as const // prettier-ignore
    const changes = fc.constantFrom(...changed).map(([reply, tokenVersion]) => ({ reply, tokenVersion }))
    const attempts = fc.record({ index: fc.nat(people.length - 1), changes })
    await context.forEvery('changes', attempts, Math.ceil(context.runs / 10), (one) => play(one.index, one.changes))
  },
}
