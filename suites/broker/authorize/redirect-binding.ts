import { single } from '../../../fixtures/world/slice.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { nothingLeaves } from './judgement.ts'
import { authorize, peopleOf, registeredGetsCode, validRequest } from './request.ts'

/** A redirect URI is registered for one client, not for all. */
export const otherClient: Check = {
  id: 'authorize.redirect-bound-to-client.other-client',
  title: 'a redirect_uri registered for another client receives nothing',
  sends: 'a valid authorization request of one client with each redirect_uri of another client of the same tenant',
  owes: 'a refusal at the broker; nothing goes to the other client',
  clauses: ['authorize.redirect-bound-to-client'],
  attacks: ['RUR-01'],
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: ['broker.accepts-redirect-uri-of-any-client', 'broker.accepts-any-redirect-uri', 'broker.redirects-refusals'],
  control: registeredGetsCode,
  async run(context) {
    const { client } = peopleOf(context)
    const others = context.slice.clients.filter(({ id, tenant }) => id !== client.id && tenant === client.tenant)
    const foreign = others
      .flatMap(({ redirectUris }) => redirectUris)
      .filter((uri) => !client.redirectUris.includes(uri))
    await context.each(foreign, async (uri) => {
      nothingLeaves(context, await authorize(context, { ...validRequest(context), redirectUri: uri }), [uri])
    })
  },
}
