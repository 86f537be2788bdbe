import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'

/** How a text lies at rest, and how it is read again. A key object is imported once; bytes would be for every value. */
type Codec = { write(text: string, key: KeyObject): Buffer; read(bytes: Uint8Array, key: KeyObject): string }

const [ivLength, tagLength] = [12, 16]

/** AES-256-GCM (NIST SP 800-38D): initialisation vector, tag, text. */
const sealed: Codec = {
  write(text, key) {
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const written = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), written])
  },
  read(bytes, key) {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivLength))
    decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength))
    return decipher.update(bytes.subarray(ivLength + tagLength), undefined, 'utf8') + decipher.final('utf8')
  },
}

const bufferIn = (encoding: BufferEncoding): Codec => ({
  write: (text) => Buffer.from(text, encoding),
  read: (bytes) => Buffer.from(bytes).toString(encoding),
})

const sealedLength = 16

/** Every way to write a value at rest; only the first hides it. */
export const codecs = {
  sealed,
  plain: bufferIn('utf8'),
  'utf-16': bufferIn('utf16le'),
  base64: {
    write: (text) => Buffer.from(Buffer.from(text).toString('base64')),
    read: (bytes) => Buffer.from(Buffer.from(bytes).toString(), 'base64').toString(),
  },
  gzip: { write: (text) => gzipSync(text), read: (bytes) => gunzipSync(bytes).toString() },
  /** The first characters are sealed, the others follow as they are. */
  'sealed-at-first': {
    write(text, key) {
      const beginning = sealed.write(text.slice(0, sealedLength), key)
      return Buffer.concat([Buffer.of(beginning.length), beginning, Buffer.from(text.slice(sealedLength))])
    },
    read(bytes, key) {
      const [length = 0] = bytes
      return sealed.read(bytes.subarray(1, length + 1), key) + Buffer.from(bytes.subarray(length + 1)).toString()
    },
  },
} as const satisfies Record<string, Codec>

export type CodecName = keyof typeof codecs
