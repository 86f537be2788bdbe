import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** The secret of a party with which its cookies are sealed. */
export type Sealing = { key: KeyObject }

/** The longest value of one cookie; browsers keep some four thousand characters with everything beside it. */
const longest = 2_000

/** Parts of a text, each short enough for a cookie. */
export const chunksOf = (text: string): string[] => text.match(new RegExp(`.{1,${longest}}`, 'g')) ?? []

/** Encrypts a text so that it can be neither read nor changed, nor used for another purpose (AES-256-GCM). */
export const sealed = (text: string, purpose: string, { key }: Sealing): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose))
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString('base64url')
}

/** The text that was sealed for this purpose; nothing when it was not. */
export const opened = (value: string, purpose: string, { key }: Sealing): string | undefined => {
  const bytes = Buffer.from(value, 'base64url')
  if (bytes.length < 28 || bytes.toString('base64url') !== value) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
