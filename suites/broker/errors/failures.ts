import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { rootOf } from '../../../protocols/xml/read.ts'
import { textOf } from '../../../protocols/wire.ts'
import { describe, sentTo } from '../authorize/request.ts'
import { metadataOf, partiesSignIn, speaks } from '../sign-in/request.ts'
import { trigger, triggered } from './causes.ts'
import { errorPageOf, rowsOn } from './page.ts'

/** Metadata fails as an error, never as a document that somebody may consume. */
export const metadataFailure: Check = {
  id: 'metadata.failure.no-document',
  title: 'metadata that cannot be generated is an error page, and no document',
  sends: 'the request that the target declares for error row 6, twice',
  owes: 'error row 6, "An error occurred while attempting to generate federation metadata", and no metadata, whole or broken',
  clauses: ['metadata.failure'],
  applies: triggered('metadata'),
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: ['broker.serves-broken-metadata', 'broker.serves-empty-metadata'],
  control: async (context) => void (await metadataOf(context)),
  async run(context) {
    await context.each([1, 2], async () => {
      const journey = await trigger(context, 'metadata')
      const { response } = journey.at(-1) ?? {}
      const text = response === undefined ? '' : textOf(response)
      if (/<(?:[\w-]+:)?(?:EntityDescriptor|EntitiesDescriptor)\b/.test(text)) {
        throw new Violation('document', {
          expected: 'error row 6 and no document',
          actual: `${isDocument(text) ? 'a' : 'a broken'} metadata document with status ${response?.status}`,
        })
      }
      const page = errorPageOf(journey, 'the declared request')
      if (rowsOn(context, 'metadata', page).includes('metadata')) return
      throw new Violation('another-row', {
        expected: 'error row 6',
        actual: `a page with status ${page.status} saying "${beginningOf(page.text, 160)}"`,
      })
    })
  },
}

const isDocument = (text: string): boolean => {
  try {
    rootOf(text)
    return true
  } catch {
    return false
  }
}

/** A sign-out that cannot be processed. */
export const malformedSignOut: Check = {
  id: 'sign-out.malformed.row',
  title: 'a sign-out request that cannot be processed gets the error page of row 5',
  sends: 'the request that the target declares for error row 5, twice',
  owes: 'error row 5, "An error occurred while processing a WS-Federation Sign-out request"; nobody is sent on',
  clauses: ['sign-out.malformed'],
  applies: triggered('sign-out-request'),
  needs: { capabilities: ['speaks:metadata'], shape: single, scope: 'slice' },
  kills: ['broker.words-sign-outs-as-sign-ins', 'broker.leads-off-from-refusals'],
  control: partiesSignIn,
  async run(context) {
    await context.each([1, 2], async () => {
      const journey = await trigger(context, 'sign-out-request')
      const asked = { journey, outcome: speaks(context, 'signOut').read(journey) }
      if (sentTo(asked)) throw new Violation('sent-away', { expected: 'error row 5', actual: describe(asked) })
      const page = errorPageOf(journey, 'the declared request')
      if (rowsOn(context, 'sign-out-request', page).join() === 'sign-out-request') return
      throw new Violation('another-row', { expected: 'error row 5', actual: describe(asked) })
    })
  },
}
