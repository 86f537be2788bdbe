import type { Context } from '../../../harness/judge/check.ts'

/**
 * How long a token must live, in ms: as the profile says, and in the documented dialect 8 hours unless it does. Elsewhere it
 * may live as long as it does, and only what the response says of it is judged.
 */
export const owedLifetime = ({ profile, dialect, note }: Context, lives: number): number => {
  const { tokenHours = dialect.documented ? 8 : undefined } = profile
  if (tokenHours === undefined) note('the profile does not say how long tokens live')
  return tokenHours === undefined ? lives : tokenHours * 3_600_000
}
