import type { User } from '../../../fixtures/world/shapes.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Canary } from '../../../harness/record/canaries.ts'
import { scannerOf } from '../../../harness/record/canaries.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { issuedIn } from '../../../harness/record/issued.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'

const [shortest, longest] = [16, 100]

/** The value of a signature in an assertion, and that of a JSON Web Token, which are nothing but what was signed. */
const signatures = [/SignatureValue(?:>|&gt;|%3E)([\w+/]{40,})/g, /\beyJ[\w-]{8,}\.[\w-]{8,}\.([\w-]{20,})/g]

/**
 * What of the codes and tokens in some exchanges is unmistakable: codes, opaque tokens and the signatures of others, of long ones
 * the end.
 */
const givenOutIn = (exchanges: readonly Exchange[], check: string): Canary[] => {
  const texts = exchanges.flatMap(({ request, response }) => {
    const said = `${urlOf(request)} ${textOf(request)} ${response ? textOf(response) : ''}`
    const signed = signatures.flatMap((form) => [...said.matchAll(form)].map(([, value = '']) => value))
    return [...signed, ...(response ? issuedIn(response) : []).filter((one) => !/[<\s]|&lt;|%3C/i.test(one))]
  })
  return [...new Set(texts.map((text) => text.slice(-longest)))]
    .filter((text) => text.length >= shortest)
    .map((text) => ({ text, kind: 'code or token', check }))
}

/** What names a user unmistakably. */
const namesOf = ({ name, objectId }: User, check: string): Canary[] => [
  { text: name, kind: 'user name', check },
  { text: objectId, kind: 'object id of a user', check },
]

/** What a target has no business to keep of some exchanges, and what of it stands in a dump. */
export const keptOf = (
  { slice, fromTarget }: Context,
  journeys: readonly Exchange[],
  { users }: { users: boolean },
): ReturnType<typeof scannerOf> =>
  scannerOf([
    ...givenOutIn([...journeys, ...fromTarget()], slice.check),
    ...(users ? slice.users.flatMap((user) => namesOf(user, slice.check)) : []),
  ])
