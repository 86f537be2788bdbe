import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { answered, askedBy, authorize, describe, gotCode, peopleOf, requestOf, validRequest } from './request.ts'

/** Every pair of two different nodes of the target. */
export const nodePairs = ({ nodes }: Context): [number, number][] => {
  const all = Array.from({ length: nodes }, (_, node) => node)
  return all.flatMap((one) => all.filter((other) => other !== one).map((other): [number, number] => [one, other]))
}

/** Any node finishes what another began. */
export const anyNode: Check = {
  id: 'authorize.any-node.flow',
  title: 'a flow that one node began is finished by any other',
  sends:
    'valid requests to one node and their callbacks to another, for each pair of nodes; then flows that change the node with every request',
  owes: 'the code at the redirect URI that was asked for, with its state, whichever nodes took part',
  clauses: ['authorize.any-node'],
  needs: { capabilities: ['nodes'], shape: single, scope: 'slice' },
  kills: ['broker.keeps-requests-on-their-node', 'broker.keeps-long-requests-on-their-node'],
  async control(context) {
    for (let node = 0; node < context.nodes; node += 1) {
      const asked = await flow(context, [node], validRequest(context).state)
      if (!gotCode(asked, String(validRequest(context).redirectUri))) {
        throw new Inconclusive('control', `no code by way of node ${node} alone: ${describe(asked)}`)
      }
    }
  },
  async run(context) {
    const { redirectUri } = validRequest(context)
    const { user } = peopleOf(context)
    await context.each(nodePairs(context), async ([one, other]) => {
      const browser = context.browser().via(one)
      const { state } = validRequest(context)
      const begun = await browser.go(requestOf(context, { ...validRequest(context), state }), undefined, 'idp')
      const rest = await browser.via(other).resume(begun, user)
      requireCode(
        askedBy(context, [...begun, ...rest]),
        String(redirectUri),
        String(state),
        `node ${one}, then ${other}`,
      )
    })
    const ways = fc.record({
      nodes: fc.array(fc.nat(context.nodes - 1), { minLength: 2, maxLength: 6 }),
      state: fc.string({
        unit: fc.constantFrom(...'abcdefgh01234567'),
        minLength: 1,
        maxLength: context.profile.stateBytes,
        size: 'max',
      }),
    })
    await context.forEvery('ways', ways, Math.ceil(context.runs / 2), async ({ nodes, state }) => {
      requireCode(await flow(context, nodes, state), String(redirectUri), state, `nodes ${nodes.join(', ')} in turn`)
    })
  },
}

const flow = (context: Context, nodes: readonly number[], state: string | readonly string[]) =>
  authorize(context, { ...validRequest(context), state }, context.browser().via(...nodes))

const requireCode = (asked: Awaited<ReturnType<typeof flow>>, redirectUri: string, state: string, by: string) => {
  if (gotCode(asked, redirectUri) && answered(asked, 'state') === state) return
  throw new Violation('not-finished', {
    expected: `a code with its state at ${redirectUri}, by way of ${by}`,
    actual: describe(asked),
  })
}
