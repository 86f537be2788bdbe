import * as z from 'zod'
import { registrationWords } from './registration.ts'

const text = z.string().min(1)
const path = z.string().regex(/^\//, 'must begin with "/"')
const files = z.strictObject({
  files: z.array(text).min(1).meta({
    description:
      'Paths in which * stands for any part of a name. They are relative to {scratch} for a command, and else to the target file.',
  }),
})

/** How a target file says what can be seen and done inside a target. */
export const insideSchemas = {
  storage: z
    .union([
      z.strictObject({
        command: z.array(text).min(1).meta({
          description:
            'Program and arguments, run in the folder of the target file; what it prints is the dump. {origin}, {port} and {node} are replaced, and for a command that is launched every other word of attach.command.',
        }),
      }),
      z.strictObject({
        path: path.meta({ description: 'A GET of this path is answered with the dump, of 1 MiB at most over HTTPS.' }),
      }),
    ])
    .exactOptional()
    .meta({
      description:
        'A dump of everything the database holds, as the target itself reads it: decrypted. A cache of pending requests is no part of it.',
    }),
  storageRaw: files.exactOptional().meta({ description: 'Where the database lies: the bytes at rest.' }),
  logs: z
    .union([z.literal('output'), files])
    .exactOptional()
    .meta({ description: 'Where the log is written; "output": what a command prints. The newest 4 MB are read.' }),
  restart: z
    .strictObject({
      path: path.meta({ description: 'An empty POST to this path is answered with 2xx once the target is back.' }),
    })
    .exactOptional()
    .meta({ description: 'How the target is restarted. A command is stopped and started again, and needs none.' }),
}

/** How a target file says what an administrator opens to register a party with a broker. */
export const registrationSchema = z
  .strictObject({
    path: path.meta({
      description: `Path and query. ${registrationWords.map((word) => `{${word}}`).join(', ')} are replaced: the id of a K2 tenant, its vanity domain, and realm, reply URL and version of SAML of the party that is to be registered for it; percent-encoded.`,
    }),
    form: z.record(text, z.string()).exactOptional().meta({
      description: 'Posted to the path as a form; the same words are replaced. Absent: a GET.',
    }),
    headers: z.record(text, z.string()).exactOptional().meta({ description: 'More headers.' }),
  })
  .exactOptional()
  .meta({
    description:
      'What the browser of an administrator opens to register a relying party. The target leads it to the identity provider, for admin consent, and binds the party to the directory of whoever consented.',
    examples: [
      {
        path: '/register',
        form: { id: '{tenancy}', domain: '{domain}', realm: '{realm}', reply: '{reply}', saml: '{tokenVersion}' },
      },
    ],
  })
