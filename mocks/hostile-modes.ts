/** A way in which a counterparty misbehaves; what a target must survive, never a fault of the target. */
export type HostileMode = { id: `${'idp' | 'sts' | 'sharepoint'}.${string}`; does: string }

/** The catalogue; a mode is set for one tenant, so that only the slice that asked for it meets it. */
// oxfmt-ignore
export const hostileModes = {
  'idp.denies-access': { id: 'idp.denies-access', does: 'ends every sign-in with access_denied' },
  'idp.omits-state': { id: 'idp.omits-state', does: 'sends the browser back without the state of the request' },
  'idp.changes-state': { id: 'idp.changes-state', does: 'sends the browser back with a state that nobody asked for' },
  'idp.answers-with-error-and-code': { id: 'idp.answers-with-error-and-code', does: 'sends the browser back with an error and a code that works' },
  'idp.issues-expired-code': { id: 'idp.issues-expired-code', does: 'issues codes that have expired already' },
  'idp.token-endpoint-fails': { id: 'idp.token-endpoint-fails', does: 'answers every token request with status 500 and a page of HTML' },
  'idp.changes-nonce': { id: 'idp.changes-nonce', does: 'puts a nonce that nobody asked for into id tokens' },
  'idp.omits-signature': { id: 'idp.omits-signature', does: 'issues id tokens with alg none and no signature' },
  'idp.mints-for-another-audience': { id: 'idp.mints-for-another-audience', does: 'issues id tokens for another client than the one that asked' },
  'idp.names-another-tenant': { id: 'idp.names-another-tenant', does: 'issues id tokens whose tid is not the tenant that was asked' },
} as const satisfies Record<string, HostileMode>

export type HostileModeId = keyof typeof hostileModes
