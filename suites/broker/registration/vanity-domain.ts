import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { directoriesOf, needs, newParty, register, registersParties, shutTo, trusted, works } from './request.ts'

const clause = 'registration.vanity-domain'

const charactersIn = (text: string) => fc.constantFrom(...text)
const [letters, digits] = ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789']
const alphanumeric = charactersIn(letters + digits)

/**
 * The beginning of a vanity domain of the documented characters, with single dashes and none at an end: a label of DNS has no others (RFC
 * 1123 section 2.1; RFC 5890 section 2.3.1). Nothing is documented of its length: it stays far below the 63 of DNS.
 */
const valid = fc
  .record({
    first: fc.oneof(charactersIn(letters), charactersIn(digits)),
    words: fc.array(fc.array(alphanumeric, { minLength: 3, maxLength: 7 }), { minLength: 1, maxLength: 2 }),
  })
  .map(({ first, words }) => first + words.map((word) => word.join('')).join('-'))

/** What is documented as not allowed, by name or as one of the others; no white space, which may be cut off. */
const documented = '!@#$%^&{}'
const foreign = fc.oneof(
  charactersIn(documented),
  charactersIn('._~*+=/\\|?;:,\'"`()[]<>'),
  fc.constantFrom('é', 'ß', 'ж', '中', '٣', 'ａ', 'ı'),
)

/** A domain that no run has used, which begins as it is told and has this within. */
const unused = (beginning: string, within = ''): string => `${beginning}${within}${randomBytes(4).toString('hex')}`

/** Who may be called what. */
export const documentedCharacters: Check = {
  id: 'registration.vanity-domain.characters',
  title: 'a vanity domain of letters, digits and dashes is accepted, and one with any other character is refused',
  sends:
    'registrations by an administrator under vanity domains of the documented characters in both cases, and under others that have one character more, which is not among them',
  owes: 'a party that works for the valid ones, of 10 to 24 characters; no response at one of the others',
  clauses: [clause],
  needs,
  kills: [
    'broker.accepts-any-vanity-domain',
    'broker.accepts-word-characters-in-vanity-domains',
    'broker.refuses-digits-before-letters-in-vanity-domains',
  ],
  control: registersParties,
  async run(context) {
    const trust = await trusted(context)
    const accepted = async (domain: string) => {
      const [own] = directoriesOf(context)
      const party = newParty(context, own, { domain })
      await register(context, party, own.administrator)
      await works(context, trust, party, own.user)
    }
    const refused = async (domain: string) => {
      const [own] = directoriesOf(context)
      const party = newParty(context, own, { domain })
      await register(context, party, own.administrator)
      await shutTo(context, party, own.user, `the vanity domain ${domain} has another character`, clause)
    }
    await context.each(['Contoso-', 'k2'], (beginning) => accepted(unused(beginning)))
    await context.each([...documented], (one) => refused(unused('contoso', one)))
    const [few, many] = [Math.ceil((context.runs * 3) / 20), Math.ceil(context.runs / 5)]
    await context.forEvery('valid', valid, few, (beginning) => accepted(unused(beginning)))
    const invalid = fc.record({ beginning: valid, within: foreign })
    await context.forEvery('invalid', invalid, many, ({ beginning, within }) => refused(unused(beginning, within)))
  },
}

/** Registers under a domain in one directory, and gives how to ask for another one elsewhere. */
const takenBy = async (context: Context, domain: string) => {
  const [own, other] = directoriesOf(context)
  await register(context, newParty(context, own, { domain }), own.administrator)
  return {
    own,
    other,
    async asks(directory: typeof own, wanted: string) {
      const party = newParty(context, directory, { domain: wanted })
      await register(context, party, directory.administrator)
      return party
    },
  }
}

/** Nobody else is called so. */
export const unique: Check = {
  id: 'registration.vanity-domain.unique',
  title: 'a vanity domain that is taken is refused to every other K2 tenant, and one that differs is not',
  sends:
    'registrations of two K2 tenants in two directories, and in one where the target is told them apart, under one vanity domain; and under two that differ in their last characters alone',
  owes: 'no response at the party of the second under the same one, and a party that works under another one',
  clauses: [clause],
  needs,
  kills: ['broker.gives-vanity-domains-twice', 'broker.compares-beginnings-of-vanity-domains'],
  control: registersParties,
  async run(context) {
    const trust = await trusted(context)
    const because = 'the vanity domain is taken'
    await context.each(['contoso'], async (beginning) => {
      const domain = unused(beginning)
      const { own, other, asks } = await takenBy(context, domain)
      await shutTo(context, await asks(other, domain), other.user, because, clause)
      if (!context.registration.namesTenancy) return
      await shutTo(context, await asks(own, domain), own.user, because, clause)
    })
    await context.forEvery('twice', valid, Math.ceil(context.runs / 20), async (beginning) => {
      const domain = unused(beginning)
      const { other, asks } = await takenBy(context, domain)
      await shutTo(context, await asks(other, domain), other.user, because, clause)
    })
    const endings = fc.uniqueArray(alphanumeric, { minLength: 2, maxLength: 2, selector: (one) => one.toLowerCase() })
    const pairs = fc.record({ beginning: valid, endings })
    await context.forEvery('differing', pairs, Math.ceil(context.runs / 20), async ({ beginning, endings: [a, b] }) => {
      const domain = unused(beginning)
      const { other, asks } = await takenBy(context, `${domain}${a}`)
      await works(context, trust, await asks(other, `${domain}${b}`), other.user)
    })
  },
}

const otherCase = (text: string) =>
  text.replaceAll(/[a-z]/gi, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()))

/** Host names have no case (RFC 4343): whoever has one has the other. */
export const uniqueWhateverCase: Check = {
  id: 'registration.vanity-domain.case',
  title: 'a vanity domain that is taken is refused in great and small letters alike',
  sends:
    'registrations of two K2 tenants in two directories under vanity domains that differ in the case of their letters',
  owes: 'no response at the party of the second: it becomes part of a host name, in which case means nothing (RFC 4343)',
  clauses: [clause],
  weaker: 'reading',
  needs,
  kills: ['broker.minds-case-of-vanity-domains'],
  control: registersParties,
  async run(context) {
    const play = async (beginning: string) => {
      const domain = unused(beginning)
      const { other, asks } = await takenBy(context, domain)
      const wanted = await asks(other, otherCase(domain))
      await shutTo(context, wanted, other.user, `${domain} is taken`, clause)
    }
    await context.each(['contoso'], play)
    const lettered = valid.map((text) => `k${text}`)
    await context.forEvery('cases', lettered, Math.ceil(context.runs / 10), play)
  },
}
