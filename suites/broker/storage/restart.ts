import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import {
  answered,
  askedBy,
  describe,
  gotCode,
  peopleOf,
  registeredGetsCode,
  requestOf,
  sentTo,
  validRequest,
} from '../authorize/request.ts'
import { eachKind } from '../sign-in/needs.ts'
import type { People } from '../sign-in/request.ts'
import { partiesOf, partiesSignIn, responseIn, signInBy, speaks, validSignIn } from '../sign-in/request.ts'

/** A flow that can be stopped on the way: how it begins, and what is owed at its end. */
type Story = {
  begin(): Promise<{ journey: Journey; finish(): Promise<Asked> }>
  /** Whether it ended as it should. */
  done(asked: Asked): boolean
  /** Whether something of value went where it should not. */
  strayed(asked: Asked): boolean
  name: string
}

const signInStory = (context: Context, { party, user }: People): Story => ({
  name: `a sign-in to ${party.realm}`,
  async begin() {
    const browser = context.browser()
    const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
    const journey = await browser.go(request, undefined, 'idp')
    return { journey, finish: async () => signInBy(context, [...journey, ...(await browser.resume(journey, user))]) }
  },
  done: ({ outcome }) => responseIn(outcome)?.action === party.reply,
  strayed({ outcome }) {
    const response = responseIn(outcome)
    return response !== undefined && response.action !== party.reply
  },
})

const authorizeStory = (context: Context, redirectUri: string, index: number): Story => {
  const { user } = peopleOf(context)
  const state = `restart-${index}-${context.slice.tag}`
  const done = (asked: Asked) => gotCode(asked, redirectUri) && answered(asked, 'state') === state
  return {
    name: `an authorization for ${redirectUri}`,
    async begin() {
      const browser = context.browser()
      const request = requestOf(context, { ...validRequest(context), redirectUri, state })
      const journey = await browser.go(request, undefined, 'idp')
      return { journey, finish: async () => askedBy(context, [...journey, ...(await browser.resume(journey, user))]) }
    },
    done,
    strayed: (asked) => sentTo(asked) !== undefined && answered(asked, 'code') !== undefined && !done(asked),
  }
}

/** A target that is busy, or fails, has not said that it knows nobody. */
const requireAnswer = (asked: Asked): void => {
  const status = asked.journey.at(-1)?.response?.status ?? 0
  if (status < 500 && status !== 429) return
  throw new Inconclusive('unreadable', `the target failed after its restart: ${describe(asked)}`)
}

/** Begins these stories, restarts, finishes them, and plays each anew. */
const playOver = async (context: Context, stories: readonly Story[], begun: readonly number[], restarts: number) => {
  const open = []
  for (const index of begun) {
    const story = stories[index % stories.length]
    if (story) open.push({ story, ...(await story.begin()) })
  }
  for (let count = 0; count < restarts; count += 1) await context.restart()
  for (const { story, finish } of open) {
    const asked = await finish()
    if (!story.strayed(asked)) continue
    throw new Violation('strayed', {
      expected: `${story.name} that was begun before a restart ends as it should, or in a refusal`,
      actual: describe(asked),
    })
  }
  for (const story of stories) {
    const asked = await (await story.begin()).finish()
    if (story.done(asked)) continue
    requireAnswer(asked)
    throw new Violation('forgotten', { expected: `${story.name} succeeds after a restart`, actual: describe(asked) })
  }
}

const plays = fc.record({
  begun: fc.array(fc.nat(7), { maxLength: 5 }),
  restarts: fc.integer({ min: 1, max: 2 }),
})

const survives = (
  told: Pick<Check, 'id' | 'title' | 'sends' | 'owes' | 'kills' | 'needs' | 'control'>,
  storiesOf: (context: Context) => Story[],
): Check => ({
  ...told,
  clauses: ['storage.persists'],
  async run(context) {
    const stories = storiesOf(context)
    const all = [...stories.keys()]
    await context.each([[], all], (begun) => playOver(context, stories, begun, 1))
    await context.forEvery('restarts', plays, Math.ceil(context.runs / 25), ({ begun, restarts }) =>
      playOver(context, stories, begun, restarts),
    )
  },
})

/** The relying parties of before are those of after. */
export const partiesPersist: Check = survives(
  {
    id: 'storage.persists.parties',
    title: 'after a restart each relying party signs its users in as before',
    sends: 'sign-ins that are begun at parties before the target is restarted, once or twice, and sign-ins after it',
    owes: 'a response at each party after it; what was begun before may be lost, and goes to nobody else',
    needs: {
      capabilities: ['speaks:signIn', 'speaks:metadata'],
      shape: { ...single, ...eachKind },
      scope: 'exclusive',
    },
    kills: ['broker.forgets-parties'],
    control: partiesSignIn,
  },
  (context) => partiesOf(context).map((people) => signInStory(context, people)),
)

/** The applications of before are those of after. */
export const clientsPersist: Check = survives(
  {
    id: 'storage.persists.clients',
    title: 'after a restart each registered redirect URI gets a code as before',
    sends:
      'requests that are begun for redirect URIs before the target is restarted, once or twice, and requests after it',
    owes: 'a code with its state at each after it; what was begun before may be lost, and goes to nobody else',
    needs: { capabilities: ['oauth', 'speaks:authorize'], shape: single, scope: 'exclusive' },
    kills: ['broker.truncates-stored-urls'],
    control: registeredGetsCode,
  },
  (context) =>
    peopleOf(context).client.redirectUris.map((redirectUri, index) => authorizeStory(context, redirectUri, index)),
)
