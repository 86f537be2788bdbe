import { registrationWords } from '../control/registration.ts'
import { appOnlyWords } from '../dialects/app-only.ts'
import { variedParameters } from '../dialects/authorize.ts'
import { unknownWordsIn } from '../dialects/form-template.ts'
import { redemptionWords, renewalWords } from '../dialects/redeem.ts'
import { dialectNames } from '../dialects/resolve.ts'
import { Trouble } from '../trouble.ts'

/** Whether there are functions in it, which no schema describes. */
export const hasCode = (value: unknown): boolean => {
  const within = new Set([value])
  for (const one of within) {
    if (typeof one === 'function') return true
    if (typeof one === 'object' && one !== null) for (const each of Object.values(one)) within.add(each)
  }
  return false
}

export const requireBase = (dialect: unknown, path: string) => {
  const base = typeof dialect === 'object' && dialect !== null && 'extends' in dialect ? dialect.extends : undefined
  if (dialectNames.some((name) => name === base)) return
  throw new Trouble('usage', {
    place: `${path}: dialect.extends`,
    problem: 'a dialect with functions of its own extends a known one',
    mend: `write extends: ${dialectNames.map((name) => `'${name}'`).join(' or ')}`,
  })
}

/** A request without what a check varies, or with two of it, would have checks judge what was never sent. */
export const requireVaried = (dialect: unknown, path: string) => {
  const given = typeof dialect === 'object' && dialect !== null && 'parameters' in dialect ? dialect.parameters : {}
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!variedParameters.includes(name) && !(name === 'resource' && value !== null)) continue
    throw new Trouble('usage', {
      place: `${path}: dialect.parameters.${name}`,
      problem: `${name} ${value === null ? 'is left away' : 'has a constant value'}, and the checks put it into each request`,
      mend: `take ${name} out of dialect.parameters${name === 'resource' ? ', or give it null if the target does not know it' : '; a target that cannot be asked so has "authorize": null'}`,
    })
  }
}

/** The words that can be put into each request that a target may declare as data. */
const putIn = {
  'dialect.redeem': redemptionWords,
  'dialect.renew': renewalWords,
  'dialect.appOnly': appOnlyWords,
  'control.registration': registrationWords,
} as const

/** Those of them that must stand in it. */
const owed: Readonly<Record<string, readonly string[]>> = { 'control.registration': ['domain', 'realm', 'reply'] }

/** A word that nobody puts in would be sent as it stands. */
export const requireWords = (dialect: unknown, control: unknown, path: string) => {
  for (const [place, words] of Object.entries(putIn)) {
    const [room = '', name = ''] = place.split('.')
    const parent = room === 'dialect' ? dialect : control
    const given = typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[name] : undefined
    if (typeof given !== 'object' || given === null || hasCode(given)) continue
    const written = JSON.stringify(given)
    const [unknown] = unknownWordsIn(written, words)
    const missing = (owed[place] ?? []).find((word) => !written.includes(`{${word}}`))
    if (unknown === undefined && missing === undefined) continue
    throw new Trouble('usage', {
      place: `${path}: ${place}`,
      problem:
        unknown === undefined
          ? `it has no place for {${missing}}, without which it asks for nothing`
          : `{${unknown}} is no word that can be put into it`,
      mend:
        unknown === undefined
          ? `put {${missing}} where the target expects it`
          : `use one of ${words.map((word) => `{${word}}`).join(', ')}`,
    })
  }
}
