import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import { nodePairs } from '../authorize/nodes.ts'
import { answerTo, begin, deliver } from './answers.ts'
import type { People } from './request.ts'
import { partiesOf, responseIn, signIn, validSignIn } from './request.ts'

const byNodes = (context: Context, { party, user }: People, nodes: readonly number[], given: string) =>
  signIn(context, { ...validSignIn(context, party), context: given }, user, context.browser().via(...nodes))

const requireResponse = (asked: Asked, { party }: People, by: string): void => {
  if (responseIn(asked.outcome)) return
  throw new Violation('not-finished', {
    expected: `a sign-in response for ${party.realm}, by way of ${by}`,
    actual: describe(asked),
  })
}

/** Any node finishes the sign-in that another began. */
export const anyNodeSignsIn: Check = {
  id: 'authorize.any-node.sign-in',
  title: 'a sign-in that one node began is finished by any other',
  sends:
    'valid sign-in requests to one node and their upstream answers to another, for each pair of nodes; then sign-ins that change the node with every request',
  owes: 'a response for the party that asked, whichever nodes took part',
  clauses: ['authorize.any-node'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: ['nodes', 'speaks:signIn', 'speaks:metadata'],
    shape: { ...single, tenants: 2 },
    scope: 'slice',
  },
  kills: ['broker.keeps-sign-ins-on-their-node', 'broker.keeps-long-sign-ins-on-their-node'],
  async control(context) {
    for (let node = 0; node < context.nodes; node += 1) {
      for (const people of partiesOf(context)) {
        const asked = await byNodes(context, people, [node], 'short')
        if (responseIn(asked.outcome)) continue
        throw new Inconclusive('control', `no sign-in by way of node ${node} alone: ${describe(asked)}`)
      }
    }
  },
  async run(context) {
    const all = partiesOf(context)
    const cases = nodePairs(context).flatMap((nodes) => all.map((people) => ({ nodes, people })))
    await context.each(cases, async ({ nodes: [one, other], people }) => {
      const begun = await begin(context, people, context.browser().via(one))
      const asked = await deliver(context, begun.browser.via(other), await answerTo(begun))
      requireResponse(asked, people, `node ${one}, then ${other}`)
    })
    const ways = fc.record({
      people: fc.constantFrom(...all),
      nodes: fc.array(fc.nat(context.nodes - 1), { minLength: 2, maxLength: 6 }),
      given: fc.string({
        unit: fc.constantFrom(...'abcdef01'),
        minLength: 1,
        maxLength: context.profile.stateBytes,
        size: 'max',
      }),
    })
    await context.forEvery('ways', ways, Math.ceil(context.runs / 4), async ({ people, nodes, given }) => {
      requireResponse(await byNodes(context, people, nodes, given), people, `nodes ${nodes.join(', ')} in turn`)
    })
  },
}
