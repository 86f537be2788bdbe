import { makeKeyring } from '../fixtures/world/world.ts'
import type { Figure } from './figure.ts'
import { isMet, tableOf } from './figure.ts'
import { flows } from './flows.ts'
import { heap } from './heap.ts'
import { histories } from './histories.ts'
import { nearMiss } from './near-miss.ts'
import { overhead } from './overhead.ts'
import { saml } from './saml.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** Every figure, in the order in which they are told. */
const figures: readonly Figure[] = [overhead, nearMiss, flows, tokenEndpoint, saml, heap, histories]

const names = process.argv.slice(2)
const known = figures.map(({ name }) => name)
const strange = names.filter((name) => !known.includes(name))
if (strange.length > 0) {
  console.error(`no such figure: ${strange.join(', ')}; there are ${known.join(', ')}`)
  process.exit(4)
}

const keyring = await makeKeyring()
const missed: string[] = []
for (const figure of figures.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const lines = await figure.measure(keyring)
  console.log(`${tableOf(figure, lines)}\n`)
  missed.push(...lines.filter((line) => !isMet(line)).map(({ name }) => `${figure.name} (${name})`))
}
console.log(missed.length === 0 ? 'all goals met' : `goals missed: ${missed.join(', ')}`)
