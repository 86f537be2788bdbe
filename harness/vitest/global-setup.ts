import type { TestProject } from 'vitest/node'
import { openLauncher } from '../launch/launcher.ts'

/**
 * For a vitest project of one's own: makes the main process launch targets. Name `brokerspec/vitest-setup` in
 * `globalSetup`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const launcher = await openLauncher()
  project.provide('brokerspecLauncher', launcher.address)
  process.once('exit', () => launcher.killAll())
  return () => launcher.close()
}
