import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import type { Entra } from './state.ts'

/**
 * Signs with a new key from now on, for every tenant. The one before stays published in keys and federation metadata until
 * {@link withdrawOldKeys}, so that what it signed can still be verified.
 */
export const rollOver = async (entra: Entra): Promise<KeySet> => {
  const next = await makeKeySet()
  entra.oldKeys.unshift(entra.keys)
  entra.keys = next
  return next
}

/** Publishes none but the key that signs. */
export const withdrawOldKeys = ({ oldKeys }: Entra): void => {
  oldKeys.length = 0
}

/** The keys that are published, the one that signs first. */
export const publishedKeys = ({ keys, oldKeys }: Pick<Entra, 'keys' | 'oldKeys'>): readonly KeySet[] => [
  keys,
  ...oldKeys,
]
