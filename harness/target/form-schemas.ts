import * as z from 'zod'
import { appOnlyWords } from '../dialects/app-only.ts'
import { renewalWords } from '../dialects/redeem.ts'

const fields = z.record(z.string().min(1), z.string())
const path = z.string().regex(/^\//, 'must begin with "/"')
const inBraces = (words: readonly string[]) => words.map((word) => `{${word}}`).join(', ')

/** The operations whose form a target may declare as data. */
export const formSchemas = {
  renew: z
    .union([
      z.null(),
      z.strictObject({
        path: path.exactOptional().meta({ description: 'Default: the token path.' }),
        form: fields.meta({ description: `The fields of a renewal. ${inBraces(renewalWords)} are replaced.` }),
        headers: fields.exactOptional().meta({ description: 'More headers; so are they here.' }),
      }),
    ])
    .exactOptional()
    .meta({ description: 'The form in which a token is renewed by a refresh token, where it differs from ours.' }),
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
