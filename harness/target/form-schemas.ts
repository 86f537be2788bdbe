import * as z from 'zod'
import { appOnlyWords } from '../dialects/app-only.ts'
import { redemptionWords, renewalWords } from '../dialects/redeem.ts'

const fields = z.record(z.string().min(1), z.string())
const path = z.string().regex(/^\//, 'must begin with "/"')
const inBraces = (words: readonly string[]) => words.map((word) => `{${word}}`).join(', ')

/** A token request of a kind; absent: the dialect's own. */
const tokenForm = (kind: string, words: readonly string[], description: string) =>
  z
    .union([
      z.null(),
      z.strictObject({
        path: path.exactOptional().meta({ description: 'Default: the token path.' }),
        form: fields.meta({ description: `The fields of a ${kind}. ${inBraces(words)} are replaced.` }),
        headers: fields.exactOptional().meta({ description: 'More headers; so are they here.' }),
      }),
    ])
    .exactOptional()
    .meta({ description })

/** The operations whose form a target may declare as data. */
export const formSchemas = {
  redeem: tokenForm(
    'redemption',
    redemptionWords,
    'The form in which a code is redeemed, where it differs from the documented one; in other dialects it is not driven without.',
  ),
  renew: tokenForm(
    'renewal',
    renewalWords,
    'The form in which a token is renewed by a refresh token, where it differs from ours.',
  ),
  appOnly: z
    .union([
      z.null(),
      z.strictObject({
        path: path.meta({ description: 'Where an app-only token is asked for, by a POST.' }),
        form: fields.exactOptional().meta({ description: `The fields of it. ${inBraces(appOnlyWords)} are replaced.` }),
        headers: fields.exactOptional().meta({ description: 'More headers; so are they here.' }),
      }),
    ])
    .exactOptional()
    .meta({
      description:
        'The form in which an app-only token is asked for with the access token of a user, which no source gives. Absent: it is not spoken.',
    }),
}
