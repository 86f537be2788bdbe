import type { Scratch } from '../harness/launch/scratch.ts'
import { makeScratch } from '../harness/launch/scratch.ts'

/** Gives a test run one temporary folder, in which every test and every process it starts makes its own; it goes with the run. */
export default function setup(): () => void {
  const { path, remove }: Scratch = makeScratch('brokerspec-tests-')
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = path
  return () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    remove()
  }
}
