import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { main } from '../../cli/main.ts'
import { brokerspec, folder } from './command.ts'

/** What every target file of the tests here says. */
export const base = { schema: 1, role: 'broker', subject: { name: 'n', version: '1' }, capabilities: ['oauth'] }

/** Writes a target file. */
export const written = (target: object): string => {
  const file = join(folder(), 'target.json')
  writeFileSync(file, JSON.stringify({ ...base, ...target }))
  return file
}

/** A one-screen message with the place and the mend, and no stack. */
const requireTold = (
  ended: { code: number | null; err: string },
  code: number,
  parts: readonly (string | RegExp)[],
) => {
  for (const part of parts) expect(ended.err).toMatch(part)
  expect([ended.code, ended.err.split('\n').length < 30, /\n\s+at /.test(ended.err)]).toEqual([code, true, false])
}

/** What a command line says of a mistake, and its exit code. */
export const tells = async (args: string[], code: number, ...parts: (string | RegExp)[]) =>
  requireTold(await brokerspec(args), code, parts)

/** The same of what is found out before anything is launched or judged, and so within this process. */
export const tellsAtOnce = async (args: string[], ...parts: (string | RegExp)[]) => {
  const [out, err] = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error').mockImplementation(() => undefined)]
  try {
    const code = await main(args)
    requireTold({ code, err: err.mock.calls.flat().join('\n') }, 4, parts)
    expect(out).not.toHaveBeenCalled()
  } finally {
    out.mockRestore()
    err.mockRestore()
  }
}
