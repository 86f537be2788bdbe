import type { Context } from '../../../harness/judge/check.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Forgery } from '../../../mocks/idp/forge-token.ts'
import { readJwt } from '../../../mocks/idp/forge-token.ts'
import { buysNothing } from './judgement.ts'
import type { People } from './request.ts'
import { peopleOf, userTokenOf } from './request.ts'

/** What a token says. */
export type Said = Record<string, unknown>

/**
 * What a user token says.
 *
 * @throws Inconclusive for a token that nobody can read
 */
export const saidIn = (token: string): Said => {
  const read = readJwt(token)
  if (read === undefined) throw new Inconclusive('unreadable', 'the access token of the user is no JWT')
  return read.claims
}

/** A user token, what it says, and a trial of what is made of it: that must be refused. */
export type Trial = {
  people: People
  token: string
  said: Said
  attempt(forgery: Forgery, what: string): Promise<void>
}

/** Gets a user token from the target, to make others out of it. */
export const trialOf = async (context: Context, people = peopleOf(context)): Promise<Trial> => {
  const token = await userTokenOf(context, people)
  return {
    people,
    token,
    said: saidIn(token),
    attempt: async (forgery, what) => buysNothing(context, people, await context.forges(token, forgery), what),
  }
}

/** The claims of a token in which one realm stands wherever another stood. */
export const ofRealm = (said: Said, realm: string, other: string): Said =>
  Object.fromEntries(
    Object.entries(said).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(realm, () => other) : value,
    ]),
  )
