import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { CertificateFacts } from '../../../protocols/high-trust/certificate.ts'
import { isSignedBy, readCertificate } from '../../../protocols/high-trust/certificate.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { CacheCheck, Context } from '../asking.ts'
import { owned } from '../asking.ts'
import type { Member } from './calling.ts'
import { answersForFarm, anyMember, broughtBy, callFarm, certificatesOf, member, readsDocument, someFarms } from './calling.ts' // prettier-ignore
import { readOf } from './judge-token.ts'

const keysOf = (facts: readonly CertificateFacts[]): string[] => facts.map((one) => one.publicKey)

/** The facts of certificates, of which at least one can be read. */
const factsOf = (certificates: readonly string[]): CertificateFacts[] => {
  const all = certificates.flatMap((one) => readCertificate(one) ?? [])
  if (all.length === 0) throw new Inconclusive('unreadable', 'no certificate can be read')
  return all
}

/**
 * The published certificate whose key signed the token of a call.
 *
 * @throws Violation of kind `not-published` or `another-key`
 */
const signerOf = async (context: Context, one: Member): Promise<string> => {
  const published = certificatesOf(await readsDocument(context))
  const [{ token }] = broughtBy(await callFarm(context, one))
  const { actor } = readOf(token)
  const signer = published.find((certificate) => isSignedBy(actor, certificate))
  if (signer === undefined)
    throw new Violation('another-key', { expected: 'a published key to verify the tokens that are sent', actual: 'a token that none of them verifies' }) // prettier-ignore
  return signer
}

/** For checks of what the key is like: that none is published, or not the one that signs, is the matter of another. */
const orNothing = <T>(published: Promise<T>): Promise<T> =>
  published.catch((cause: unknown) => {
    if (!(cause instanceof Violation)) throw cause
    throw new Inconclusive('undelivered', `the key is not known: ${cause.message}`)
  })

/** The keys that the target publishes. */
const ownKeys = async (context: Context): Promise<string[]> =>
  keysOf(factsOf(await orNothing(readsDocument(context).then(certificatesOf))))

/** The published key verifies what is sent. */
export const publicKey: CacheCheck = {
  id: 'high-trust.public-key.verifies',
  title: 'a key that the target publishes in its metadata document verifies every token that it sends to a farm',
  sends: 'requests for the metadata document, and calls for users of several farms',
  owes: 'a document with a certificate, whose key has signed the actor token of each call by RS256',
  clauses: ['high-trust.public-key'],
  needs: someFarms,
  kills: [
    'high-trust.publishes-another-key',
    'high-trust.publishes-no-key',
    'high-trust.publishes-nothing',
    'high-trust.signs-with-unpublished-key',
    'high-trust.signs-with-unpublished-key-for-further-users',
  ],
  control: answersForFarm,
  async run(context) {
    await context.each([0, 1], async (place) => void (await signerOf(context, member(context, 0, place))))
    await context.forEvery('members', anyMember(context), Math.min(40, context.runs), async (one) => {
      await signerOf(context, one)
    })
  },
}

/** The private half of a key, as PEM or as a JWK has it. */
const privateForms = [/PRIVATE KEY-----/, /"(?:d|dp|dq|qi)"\s*:/]

/** The private key stays. */
export const privateKey: CacheCheck = {
  id: 'high-trust.public-key.alone',
  title: 'the metadata document holds no private key',
  sends: 'a request for the metadata document, after a call that needs the key',
  owes: 'a document without the private half of a key, as PEM or as JWK',
  clauses: ['high-trust.public-key'],
  needs: someFarms,
  kills: ['high-trust.publishes-private-key'],
  control: answersForFarm,
  async run(context) {
    await context.each([0], async (place) => {
      broughtBy(await callFarm(context, member(context, 0, place)))
      const { text } = await readsDocument(context)
      if (privateForms.some((form) => form.test(text)))
        throw new Violation('private-key', { expected: 'a document without a private key', actual: 'one with it' })
    })
  },
}

/** The key of an installation stays: whoever has registered it does so once. */
export const stays: CacheCheck = {
  id: 'high-trust.public-key.after-restart',
  title: 'after a restart the target signs with the key that it published before',
  sends: 'a call, some restarts, and another call',
  owes: 'a token that the certificate verifies which was published before, since that is the one that farms have registered',
  clauses: ['high-trust.public-key'],
  weaker: 'reading',
  needs: { ...someFarms, capabilities: ['restart'], scope: 'exclusive' },
  kills: ['high-trust.makes-key-at-each-start', 'high-trust.makes-key-at-third-start'],
  control: answersForFarm,
  async run(context) {
    const staysOver = async (restarts: number) => {
      const before = await orNothing(signerOf(context, member(context, 0, 0)))
      for (let left = restarts; left > 0; left -= 1) await context.restart()
      const [{ token }] = broughtBy(await callFarm(context, member(context, 0, 0)))
      if (!isSignedBy(readOf(token).actor, before))
        throw new Violation('another-key', { expected: 'the same key to sign after a restart', actual: 'another one' })
    }
    await context.each([1], staysOver)
    await context.forEvery('restarts', fc.integer({ min: 1, max: 3 }), Math.min(8, context.runs), staysOver)
  },
}

/** The certificate is the documented one. */
export const certificate: CacheCheck = {
  id: 'high-trust.certificate.documented',
  title: 'the certificate of the key that signs is self-signed with SHA-512 and holds an RSA key of 2048 bits',
  sends: 'a request for the metadata document, and a call whose token tells which of its keys signs',
  owes: 'a certificate that its own key has signed with SHA-512, of an RSA key of 2048 bits',
  clauses: ['high-trust.certificate'],
  needs: someFarms,
  kills: ['high-trust.makes-keys-of-3072-bits', 'high-trust.certifies-by-sha256', 'high-trust.has-key-certified'],
  control: answersForFarm,
  async run(context) {
    await context.each([0], async (place) => {
      const [facts] = factsOf([await orNothing(signerOf(context, member(context, 0, place)))])
      const { keyType, bits, selfSigned, digest } = owned(facts)
      const fail = (kind: string, expected: string, actual: string) => new Violation(kind, { expected, actual })
      if (keyType !== 'rsa' || bits !== 2048)
        throw fail('key-length', 'an RSA key of 2048 bits', `a key of type ${keyType} and ${bits ?? 'no'} bits`)
      if (!selfSigned) throw fail('not-self-signed', 'a self-signed certificate', 'one that another key has signed')
      if (digest !== 'SHA-512') throw fail('digest', 'a certificate that is signed with SHA-512', `one with ${digest}`)
    })
  },
}

/** The key is not that of web traffic. */
export const notTls: CacheCheck = {
  id: 'high-trust.not-tls.another-key',
  title: 'the key that signs calls at farms is not that of the certificate which the target presents by TLS',
  sends: 'a TLS handshake with the target, and a request for its metadata document',
  owes: 'a certificate of a key that is not published for high trust',
  clauses: ['high-trust.not-tls'],
  applies: (_, { highTrust }) =>
    highTrust.webCertificate === undefined ? 'TLS of its own, or webCertificate in what open() gives' : undefined,
  needs: someFarms,
  kills: ['high-trust.secures-web-with-its-certificate', 'high-trust.secures-web-with-its-key'],
  control: answersForFarm,
  async run(context) {
    await context.each([0], async () => {
      const presented = await Promise.resolve(owned(context.highTrust.webCertificate)()).catch((cause: unknown) => {
        throw new Inconclusive('undelivered', `no certificate is presented by TLS: ${String(cause)}`)
      })
      const web = keysOf(factsOf([presented]))
      const published = await ownKeys(context)
      if (web.some((key) => published.includes(key)))
        throw new Violation('same-key', { expected: 'web traffic to be secured by another key than that of high trust', actual: 'the same key' }) // prettier-ignore
    })
  },
}

/** Each installation has its own key. */
export const ownKey: CacheCheck = {
  id: 'high-trust.unique.own-key',
  title: 'two installations of the target publish different keys',
  sends: 'requests for the metadata documents of two installations of the target',
  owes: 'documents that have no key in common',
  clauses: ['high-trust.unique'],
  needs: { ...someFarms, scope: 'exclusive' },
  kills: ['high-trust.ships-one-key'],
  control: answersForFarm,
  async run(context) {
    await context.each([0], async () => {
      const rawPath = owned(context.cache.onPremises).metadata
      const other = await context.highTrust.asksAnother({ method: 'GET', rawPath, headers: [['accept', 'application/json']] }) // prettier-ignore
      const told = Promise.resolve({ status: other.status, text: textOf(other) })
      const theirs = keysOf(factsOf(await orNothing(told.then(certificatesOf))))
      const ours = await ownKeys(context)
      if (ours.some((key) => theirs.includes(key)))
        throw new Violation('same-key', { expected: 'each installation to have a key of its own', actual: 'the same key in two of them' }) // prettier-ignore
    })
  },
}
