/**
 * A mistake in what the user gave us (`usage`), or a target that cannot be reached (`unreachable`). It names the place and
 * the mend, and is shown without a stack.
 */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly kind: 'usage' | 'unreachable'
  readonly place: string
  readonly mend: string

  constructor(kind: Trouble['kind'], { place, problem, mend }: { place: string; problem: string; mend: string }) {
    super(problem)
    this.kind = kind
    this.place = place
    this.mend = mend
  }
}

/** A {@link Trouble} as it crosses a thread or a socket. */
export type TroubleData = { kind: Trouble['kind']; place: string; problem: string; mend: string }

export const troubleData = ({ kind, place, message, mend }: Trouble): TroubleData => ({
  kind,
  place,
  problem: message,
  mend,
})
export const troubleOf = ({ kind, ...rest }: TroubleData): Trouble => new Trouble(kind, rest)
