/** Why a text is not read as XML. */
export type XmlReason =
  | 'too-large'
  | 'too-deep'
  | 'not-xml'
  | 'dtd'
  | 'entity'
  | 'comment'
  | 'processing-instruction'
  | 'relative-namespace'

/** Why a signature is not believed. */
export type SignatureReason =
  /** No signature where one belongs. */
  | 'unsigned'
  | 'two-signatures'
  /** Parts missing, repeated, out of order or unknown, or text that is no base64. */
  | 'signature-shape'
  /** Anything but RSA-SHA256, SHA-256 and exclusive canonicalization; SHA-1 unless it is allowed. */
  | 'unknown-algorithm'
  /** Transforms other than enveloped-signature and exclusive canonicalization, in this order. */
  | 'transforms'
  /** No reference, several, or one to something else than the element that carries the signature. */
  | 'foreign-reference'
  /** An id that occurs twice, by whatever spelling of the attribute. */
  | 'duplicate-id'
  /** The content is not the one that was signed. */
  | 'altered'
  /** No configured key verifies it: someone else signed, or the signature itself was altered. */
  | 'foreign-key'

/** Why a message has no acceptable token in it, or a token is not for us. */
export type TokenReason =
  /** Neither a token response nor an assertion. */
  | 'not-a-response'
  /** No request for a token. */
  | 'not-a-request'
  | 'fault'
  | 'no-token'
  | 'two-tokens'
  | 'two-assertions'
  /** A token that is no assertion, or an assertion of the other version. */
  | 'wrong-token-type'
  | 'encrypted'
  | 'wrong-version'
  | 'malformed'
  | 'bad-instant'
  /** Statements about different subjects. */
  | 'two-subjects'
  | 'no-window'
  | 'early'
  | 'expired'
  | 'no-audience'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'wrong-recipient'
  | 'not-bearer'
  | 'unknown-condition'

/** Why metadata is not used, beyond its XML and its signature. */
export type MetadataReason = 'not-metadata' | 'wrong-entity'

export type Reason = XmlReason | SignatureReason | TokenReason | MetadataReason

/** A message that was refused; `detail` says more in words that nobody should rely on. */
export type Refused = { is: 'refused'; reason: Reason; detail: string }

const ours: ReadonlySet<Reason> = new Set<Reason>([
  'too-large',
  'too-deep',
  'dtd',
  'entity',
  'comment',
  'processing-instruction',
  'relative-namespace',
])

/** Whether a message was refused that others may read: it is longer than is read here, or lawful XML of a kind that is not. */
export const isOursToRefuse = ({ reason }: Refused): boolean => ours.has(reason)

class Refusal extends Error {
  readonly reason: Reason
  constructor(reason: Reason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** Stops reading; {@link orRefused} turns it into a value. */
export const refuse = (reason: Reason, detail: string): never => {
  throw new Refusal(reason, detail)
}

/** What a reader answers, or why it refused. Any other error passes through. */
export const orRefused = <Answer>(read: () => Answer): Answer | Refused => {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof Refusal) return { is: 'refused', reason: thrown.reason, detail: thrown.message }
    throw thrown
  }
}
