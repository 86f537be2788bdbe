import type { RequestHandler } from 'msw'
import { adminConsent } from './admin-consent.ts'
import { authorize } from './authorize.ts'
import { discovery, keys } from './discovery.ts'
import { loginFromHome } from './home.ts'
import { consent, login } from './login.ts'
import { logout } from './logout.ts'
import type { Entra, Version } from './state.ts'
import { strangersKeysAt } from './key-tricks.ts'
import { federationMetadata } from './federation-metadata.ts'
import { token } from './token.ts'
import { wsfed } from './wsfed.ts'

/**
 * The strict mock of Entra ID, v1 and v2: discovery and keys, authorize with sign-in and consent pages, the token endpoint,
 * admin consent and logout; WS-Federation with its metadata. Everything it remembers is in the state it is given.
 */
export const entraHandlers = (entra: Entra): readonly RequestHandler[] => [
  ...authorize(entra, 1),
  login(entra),
  loginFromHome(entra),
  ...authorize(entra, 2),
  ...wsfed(entra),
  federationMetadata(entra),
  ...strangersKeysAt(entra),
  consent(entra),
  ...([1, 2] satisfies Version[]).flatMap((version) => [
    token(entra, version),
    keys(entra, version),
    discovery(entra, version),
    adminConsent(entra, version),
    logout(entra, version),
  ]),
]
