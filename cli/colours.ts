import { styleFor } from '../reports/terminal.ts'

/**
 * Whether what goes to a stream is coloured: FORCE_COLOR decides if it is set (`0` and `false`: no), then NO_COLOR if it is
 * not empty, then whether the stream is a terminal that knows colours.
 *
 * @see https://no-color.org
 */
export const coloured = (
  { isTTY = false }: { isTTY?: boolean | undefined },
  { FORCE_COLOR: force, NO_COLOR: no = '', TERM: terminal }: Readonly<Record<string, string | undefined>>,
): boolean => {
  if (force !== undefined) return force !== '0' && force !== 'false'
  return no === '' && isTTY && terminal !== 'dumb'
}

/** How every command colours what it prints. */
export const style: ReturnType<typeof styleFor> = styleFor(coloured(process.stdout, process.env))
