import type { Check } from '../../../harness/judge/check.ts'
import { rebound, secondDirectory } from './binding.ts'
import { forgedCallback, onceConsented, ordinaryUser, otherBrowser } from './consent.ts'
import { documentedCharacters, unique, uniqueWhateverCase } from './vanity-domain.ts'

/** What a broker is asked of registrations, in the order of the rulebook. */
export const registration: readonly Check[] = [
  onceConsented,
  forgedCallback,
  ordinaryUser,
  otherBrowser,
  rebound,
  secondDirectory,
  documentedCharacters,
  unique,
  uniqueWhateverCase,
]
