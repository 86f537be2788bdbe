/** A way in which a counterparty misbehaves; what a target must survive, never a fault of the target. */
export type HostileMode = { id: `${'idp' | 'sts' | 'sharepoint'}.${string}`; does: string }

/** The catalogue; a mode is set for one tenant, so that only the slice that asked for it meets it. */
export const hostileModes = {
  'idp.denies-access': { id: 'idp.denies-access', does: 'ends every sign-in with access_denied' },
} as const satisfies Record<string, HostileMode>

export type HostileModeId = keyof typeof hostileModes
