import { Violation } from '../../../harness/judge/blame.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import type { CacheCheck, Context } from '../asking.ts'
import type { Member } from './calling.ts'
import { answersForFarm, anyMember, broughtBy, callFarm, member, someFarms } from './calling.ts'

/** Reading keys of the directory is nothing; whatever goes to the broker, or is sent to who sells tokens, is. */
const strays = (sent: readonly Exchange[]): Exchange[] =>
  sent.filter(({ to, request }) => to === 'broker' || (to === 'idp' && request.method === 'POST'))

const keepsToItself = async (context: Context, one: Member) => {
  const called = await callFarm(context, one)
  const [stray] = strays(called.sent)
  if (stray !== undefined)
    throw new Violation('contacted', { expected: 'a call on-premises without broker and token service', actual: `a request to the ${stray.to === 'broker' ? 'broker' : 'token service'}` }) // prettier-ignore
  broughtBy(called)
}

/** On-premises, nobody stands between the target and the farm. */
export const noBroker: CacheCheck = {
  id: 'high-trust.no-broker.never-contacted',
  title: 'a call at a farm on-premises is made without any request to the broker or to a token service',
  sends: 'calls for users of several farms',
  owes: 'calls at the farm with a token, and no request to the broker nor a token request to anybody',
  clauses: ['high-trust.no-broker'],
  needs: someFarms,
  kills: [
    'high-trust.asks-broker-first',
    'high-trust.asks-token-service-first',
    'high-trust.asks-broker-for-further-users',
  ],
  control: answersForFarm,
  async run(context) {
    await context.each([0, 1], (place) => keepsToItself(context, member(context, 0, place)))
    await context.forEvery('members', anyMember(context), Math.min(40, context.runs), (one) =>
      keepsToItself(context, one),
    )
  },
}
