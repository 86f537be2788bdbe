import { randomUUID } from 'node:crypto'
import type { Federation, Visit } from './federation.ts'
import { postResult } from './issue-token.ts'
import type { Session } from './sessions.ts'
import type { PendingSignIn, RefusedMessage, Upstream } from './sign-in-terms.ts'
import type { Judged } from './upstream-token.ts'
import { judgeAssertion, judgeIdToken } from './upstream-token.ts'

type Answer = { kind: Upstream; state: string | undefined; token: string | undefined; error?: string }

/**
 * Takes the answer of an identity provider, a `wresult` or an OpenID Connect form post, and turns what it proves into a
 * session and a new token for the party that asked.
 */
export const answerReply = async (visit: Visit, federation: Federation): Promise<Response | RefusedMessage> => {
  const { policies, pending, node } = federation
  const answer = readAnswer(visit, federation)
  if (answer === undefined) return { row: 'not-ws-federation' }
  const begun = policies.findPending(pending.find(answer.state, node), pending.newest())
  if (begun === undefined || !policies.sameBrowser(begun.browser, visit.marks)) return refused('unknown-state')

  federation.tells({ is: 'proved', party: begun.party, token: answer.token ?? '', context: begun.context })
  const judged = await judge(answer, begun, federation)
  const spent = policies.spends('proved' in judged)
  if (spent !== 'nowhere') pending.spend(answer.state, spent === 'here' ? node : undefined)
  const sessions = visit.sessions.map(({ session }) => session)
  const kept = answer.error === undefined ? undefined : policies.servesRefused(answer.error, sessions, begun.party)
  if (kept) return postResult(begun, kept, federation)
  return 'because' in judged ? refused(judged.because) : signIn(begun, judged, visit, federation)
}

const refused = (because: string): RefusedMessage => ({ row: 'sign-in-response', because })

const readAnswer = (visit: Visit, { policies }: Federation): Answer | undefined => {
  const message = policies.reads(visit.parameters, visit.query)
  if (message.is === 'sign-in-response') return { kind: 'wsfed', state: message.context, token: message.result }
  if (visit.one('wa') !== undefined || visit.parameters.some(([name], at, all) => twice(name, at, all)))
    return undefined
  const [token, error] = [visit.one('id_token'), visit.one('error')]
  if (token === undefined && error === undefined) return undefined
  return { kind: 'oidc', state: visit.one('state'), token, ...(error !== undefined && { error }) }
}

const twice = (name: string, at: number, all: Visit['parameters']) => all.findIndex(([one]) => one === name) !== at

const judge = async (answer: Answer, begun: PendingSignIn, federation: Federation): Promise<Judged> => {
  const { policies, provision, clock, get } = federation
  if (answer.error !== undefined) return { because: answer.error }
  if (!policies.acceptsKind(begun.upstream, answer.kind)) return { because: 'other-protocol' }
  const [token, surroundings] = [answer.token ?? '', { provision, policies, now: clock.now() }]
  const elsewhere =
    answer.kind === 'wsfed'
      ? await policies.provedElsewhere(token, begun, { application: provision.application, now: clock.now() }, get)
      : undefined
  if (elsewhere) return { proved: elsewhere, issuedBy: begun.tenant.id }
  const judged =
    answer.kind === 'wsfed'
      ? judgeAssertion(token, begun, surroundings)
      : await judgeIdToken(token, begun, surroundings)
  return 'because' in judged ? judged : admit(judged, begun, federation)
}

/** Whether what a token proves lets a user in to a party: as a member of its directory, and once. */
export const admit = (
  judged: Extract<Judged, { proved: unknown }>,
  { party, request }: Pick<PendingSignIn, 'party' | 'request'>,
  { policies, seen }: Pick<Federation, 'policies' | 'seen'>,
): Judged => {
  const { claims, id, issuer } = judged.proved
  const name = claims.find(({ type }) => type.endsWith('/name'))?.values[0]
  const membership = { issuedBy: judged.issuedBy, named: policies.namesTenant(claims), name }
  if (!policies.isMember(membership, party, request)) return { because: 'no-member' }
  const key = `${issuer} ${id}`
  if (policies.isReplay(key, (one) => seen.look(one) === true)) return { because: 'replayed' }
  seen.put(key, true)
  return judged
}

/** A session that begins anew knows the parties of the one that it replaces. */
const signIn = (
  begun: PendingSignIn,
  { proved, issuedBy: tenant }: Extract<Judged, { proved: unknown }>,
  visit: Visit,
  federation: Federation,
): Promise<Response | RefusedMessage> => {
  const { policies, sessions, clock } = federation
  const now = clock.now()
  const replaced = visit.sessions.filter(({ session }) => session.tenant === tenant)
  for (const { id } of replaced) sessions.end(id)
  const parties = new Set(replaced.flatMap(({ session }) => [...session.parties]))
  const session: Session = { tenant, proved, begun: now, authenticated: proved.at ?? now, parties }
  const id = randomUUID()
  sessions.put(id, session)
  return postResult(begun, session, federation, [`session-${tenant}=${id}; ${policies.cookieAttributes('session')}`])
}
