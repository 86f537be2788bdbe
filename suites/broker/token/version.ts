import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { refused } from './judgement.ts'
import { byCode, redeemsWith, registeredRedeems, shareOf, speaksRedeem, told } from './request.ts'

const tryVersion = async (context: Context, version: string) => {
  const redeemed = await byCode(context)({ version })
  refused(context, redeemed, `version ${version} of OAuth`)
  return redeemed
}

/** Only OAuth 2.0 is served; what the path names instead is told by row 8. */
export const onlyVersion2: Check = {
  id: 'authorize.version.token',
  title: 'no version of OAuth but 2.0 is served at the token endpoint',
  sends: 'valid redemptions whose path names another version',
  owes: 'error row 8, "The version of OAuth used is not supported."; no token, and no grant at any token endpoint',
  clauses: ['authorize.version'],
  applies: (dialect, declared) =>
    speaksRedeem(dialect, declared) ??
    (dialect.tokenVersionPath === null ? 'dialect.tokenVersionPath' : redeemsWith('version')(dialect, declared)),
  needs: { capabilities: ['speaks:redeem'], shape: single, scope: 'slice' },
  kills: ['broker.redeems-in-every-version', 'broker.redeems-in-version-by-first-digit'],
  control: registeredRedeems,
  async run(context) {
    const wording = context.dialect.wording['oauth-version']
    await context.each(['1', '3'], async (version) => {
      const redeemed = await tryVersion(context, version)
      if (wording === undefined || (redeemed.outcome.is === 'refusal' && redeemed.outcome.text.includes(wording)))
        return
      throw new Violation('wording', { expected: `an error page saying "${wording}"`, actual: told(redeemed) })
    })
    const others = {
      numbers: fc.integer({ min: 0, max: 999 }).filter((number) => number !== 2),
      longer: fc.integer({ min: 0, max: 99 }).map((number) => Number(`2${number}`)),
    }
    for (const [index, [name, numbers]] of Object.entries(others).entries()) {
      await context.forEvery(
        name,
        numbers,
        shareOf(Math.ceil(context.runs / 4), 2, index),
        async (number) => void (await tryVersion(context, String(number))),
      )
    }
  },
}
