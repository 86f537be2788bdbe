import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the package: the checkout, or what was installed. */
export const packageRoot: string =
  [join(import.meta.dirname, '..'), join(import.meta.dirname, '..', '..')].find((folder) =>
    existsSync(join(folder, 'package.json')),
  ) ?? '.'

/** The version of brokerspec. */
export const version = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string })
  .version
