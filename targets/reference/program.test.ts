import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTarget } from '../../harness/target/load.ts'
import { loadBroker } from '../../test/loaded-broker.ts'
import { referenceBroker } from './target.ts'

test('the reference broker as a program declares what it declares in this process', async () => {
  const program = await loadBroker(join(import.meta.dirname, 'program.json'))
  const embedded = readTarget(referenceBroker(), 'embedded')
  expect(program.capabilities).toEqual(embedded.capabilities)
  expect(program.dialect).toEqual(embedded.dialect)
  expect(program.profile).toEqual(embedded.profile)
  expect(program.control?.triggers).toEqual(embedded.control?.triggers)
})
