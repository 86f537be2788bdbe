import { parseArgs } from 'node:util'
import { provisionOf } from '../fixtures/world/provision.ts'
import { single } from '../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { Trouble } from '../harness/trouble.ts'
import { outlineIn, readNumber } from './options.ts'

/** `brokerspec provision`: prints the document that an already running target must be set up with. */
export const provision = async (args: string[]): Promise<number> => {
  const { values } = parseArgs({
    args,
    options: { target: { type: 'string' }, seed: { type: 'string', default: '1' } },
  })
  if (values.target === undefined)
    throw new Trouble('usage', {
      place: 'provision',
      problem: 'it needs a target file',
      mend: 'provision --target <file>',
    })
  const target = await outlineIn(values.target)
  if (!('origins' in target.attach)) {
    throw new Trouble('usage', {
      place: `${values.target}: attach`,
      problem: 'this target is provisioned by the harness at every start',
      mend: 'only a target that is attached by "origins" is set up by hand',
    })
  }
  const { origins, mocks } = target.attach
  const world = worldOf(
    readNumber('--seed', values.seed, 0),
    [
      {
        id: 'provision',
        needs: {
          shape: { ...single, tenants: 2, clientsPerTenant: 2, partiesPerTenant: 2, signInClientsPerTenant: 1 },
        },
      },
    ],
    await makeKeyring(),
  )
  const { paths } = resolveDialect(target.dialect)
  console.log(JSON.stringify(provisionOf(world, { idp: mocks.idp, callback: origins.party + paths.callback }), null, 2))
  return 0
}
