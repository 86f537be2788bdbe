/** How the provider says no: the OAuth error, the AADSTS number and text, and what is not the default. */
export type Refusal = { error: string; code: number; says: string; status?: 401; suberror?: string }

/** A rule of an endpoint: what is refused unless it holds. */
export type Guard<Asked> = Refusal & { unless: (asked: Asked) => boolean }

/** The first rule that is broken, in the order of the table. */
export const refusalOf = <Asked, Row extends { unless: (asked: Asked) => boolean }>(
  guards: readonly Row[],
  asked: Asked,
): Row | undefined => guards.find(({ unless }) => !unless(asked))

/** The text of a refusal: `AADSTS700016: …`. */
export const describe = ({ code, says }: Pick<Refusal, 'code' | 'says'>): string => `AADSTS${code}: ${says}`
