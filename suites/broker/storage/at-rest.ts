import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Dump } from '../../../harness/control/dump.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { scannerOf } from '../../../harness/record/canaries.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { eachKind } from '../sign-in/needs.ts'
import { partiesSignIn } from '../sign-in/request.ts'

type Value = { kind: string; text: string }

/** What of the registrations of a slice must be encrypted. A name that is not unmistakable might stand anywhere. */
const valuesOf = ({ slice: { tag, tenants, clients, parties } }: Context): Value[] => [
  ...tenants.map(({ id }) => ({ kind: 'tenant realm', text: id })),
  ...parties.flatMap(({ realm, reply }) => [
    { kind: 'party realm', text: realm },
    { kind: 'party URL', text: reply },
  ]),
  ...clients.flatMap(({ secret, name, redirectUris }) => [
    { kind: 'client secret', text: secret },
    ...(name.includes(tag) ? [{ kind: 'client name', text: name }] : []),
    ...redirectUris.map((text) => ({ kind: 'redirect URI', text })),
  ]),
]

const shortest = 12

/**
 * Windows on values, each unmistakable for itself: of a secret anything of its second half, which was drawn; of another value
 * what the tag of the slice is in.
 */
const windowsOf = (context: Context): fc.Arbitrary<Value> | undefined => {
  const { tag } = context.slice
  const windows = valuesOf(context).flatMap(({ kind, text }): fc.Arbitrary<Value>[] => {
    const half = Math.ceil(text.length / 2)
    const at = kind === 'client secret' ? half : text.indexOf(tag)
    if (at === -1 || text.length - at < shortest) return []
    const [first, last] = kind === 'client secret' ? [half, text.length - shortest] : [Math.max(0, at - shortest), at]
    return [
      fc.tuple(fc.integer({ min: first, max: Math.max(first, last) }), fc.nat(40)).map(([from, more]) => ({
        kind,
        text: text.slice(from, Math.max(from + shortest, at + tag.length) + more),
      })),
    ]
  })
  return windows.length > 0 ? fc.oneof(...windows) : undefined
}

const requireHidden = async ({ kind, text }: Value, dump: Dump): Promise<void> => {
  const scan = scannerOf([{ text, kind, check: null }])
  for (const { name, bytes } of dump) {
    const [seen] = scan(bytes)
    if (seen === undefined) continue
    throw new Violation('in-the-clear', {
      expected: `no ${kind} in the bytes of the database`,
      actual: `one, or a part of it, ${seen.form}, in ${name}`,
    })
  }
}

const smallest = 256

/** What lies at rest is of no use to who takes it away. */
export const encryptedAtRest: Check = {
  id: 'storage.encrypted.at-rest',
  title: 'nothing that is registered can be read in the bytes of the database',
  sends:
    'a sign-in or an authorization request; then a search for each tenant realm, party URL, redirect URI, client name and client secret of the slice, and for parts of them',
  owes: 'bytes that hold none of them, be it as it is, in base64, in hexadecimal digits, in UTF-16 or compressed',
  clauses: ['storage.encrypted'],
  needs: { capabilities: [], shape: { ...single, ...eachKind }, scope: 'exclusive' },
  kills: [
    'broker.stores-in-the-clear',
    'broker.encodes-instead-of-encrypting',
    'broker.compresses-instead-of-encrypting',
    'broker.leaves-reply-urls-in-the-clear',
    'broker.leaves-tenants-in-the-clear',
    'broker.leaves-secrets-in-utf-16',
    'broker.encrypts-beginnings-of-secrets',
  ],
  async control(context) {
    const { signIn } = context.dialect
    await (signIn === null || signIn === 'undriven' ? registeredGetsCode(context) : partiesSignIn(context))
    const size = (await context.storageRaw()).reduce((sum, { bytes }) => sum + bytes.length, 0)
    if (size < smallest) throw new Inconclusive('control', `the database at rest has ${size} bytes, too few for one`)
  },
  async run(context) {
    const dump = await context.storageRaw()
    await context.each(valuesOf(context), (value) => requireHidden(value, dump))
    const windows = windowsOf(context)
    if (windows === undefined) context.note('no value is unmistakable in its parts, so that parts were not looked for')
    else await context.forEvery('parts', windows, context.runs, (value) => requireHidden(value, dump))
  },
}
