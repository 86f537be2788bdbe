import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Trouble } from '../harness/trouble.ts'

/**
 * Makes a folder, if it is not there, that something will be written into.
 *
 * @throws Trouble naming the option that it was given with, where nothing can be.
 */
export const writableFolder = (option: string, folder: string): void => {
  try {
    makeFolder(folder)
    readdirSync(folder)
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw cannotWrite(option, folder, cause)
  }
}

/** What is told of a folder that cannot be written to. */
export const cannotWrite = (option: string, folder: string, cause: unknown): Trouble =>
  new Trouble('usage', {
    place: `${option} ${folder}`,
    problem: `the report cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    mend: 'name a folder that can be written to',
  })

/** Node itself never comes to an end where no folder can be made, such as below /proc. */
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (cause) {
    if (!existsSync(folder)) throw cause
  }
}
