import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { triggeredRowIds } from '../../../fixtures/error-table.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import type { AuthorizeInput, SignInInput } from '../../../harness/dialects/dialect.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { post } from '../../../harness/dialects/authorize.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { partiesSignIn } from '../sign-in/request.ts'
import { askedFor, authorized, calledBack, disbelieved, nobody, redeemed, trigger } from './causes.ts'
import { staysInert } from './markup.ts'

/** Where a value is put: by the name of its parameter, into a request that is refused. */
type Places = Record<string, (context: Context, value: string) => Promise<Journey>>
type Side = Pick<Check, 'id' | 'title' | 'sends' | 'attacks' | 'needs' | 'kills' | 'control'> & {
  places(context: Context): Places
  /** Refusals that quote nothing. */
  others(context: Context): Record<string, () => Promise<Journey>>
  /** Properties of its own. */
  more?(context: Context, judge: (journey: Journey) => void): Promise<void>
}

/** Markup that makes an element or an attribute of this name wherever it is put as it is, decoded or stripped once. */
const elements = (mark: string) => [
  `<${mark}>`,
  `"><${mark}>`,
  `'><${mark}>`,
  `<script ${mark}="1">${mark}()</script>`,
  `</title></textarea></script></style><${mark}>`,
  `--><${mark}>`,
  `]]><${mark}>`,
  `<svg/onload=${mark}()>`,
]
const others = (mark: string) => [
  `" ${mark}="1`,
  `' ${mark}='1`,
  `javascript:${mark}()`,
  `%3C${mark}%3E`,
  `&lt;${mark}&gt;`,
  `<scr<script>ipt ${mark}="1">`,
  `\u{FF1C}${mark}\u{FF1E}`,
]

/** What was sent never becomes markup, and the page gives nothing away. */
const inert = ({ places, others: refusals, more, ...check }: Side): Check => ({
  ...check,
  owes: 'pages on which it is text: no markup, no stack trace, no secret, no token, no internal address, no way off the origin',
  clauses: ['errors.inert'],
  async run(context) {
    const mark = `m${context.slice.tag}`
    const judge = (journey: Journey) => staysInert(context, journey, mark)
    const [into, plain] = [places(context), refusals(context)]
    await context.each([...Object.keys(into), ...Object.keys(plain)], async (name) => {
      const [value = ''] = elements(mark)
      judge(await (plain[name]?.() ?? into[name]?.(context, value) ?? []))
    })
    const share = Math.ceil(context.runs / 2 / Object.keys(into).length)
    const short = fc
      .tuple(label, fc.constantFrom(...elements(mark), ...others(mark)), label)
      .map(([before, shape, after]) => `${before}${shape}${after}`)
    const long = fc
      .tuple(fc.constantFrom(...elements(mark)), fc.integer({ min: 256, max: 900 }), fc.boolean())
      .map(([shape, length, last]) => (last ? 'a'.repeat(length) + shape : shape + 'a'.repeat(length)))
    for (const [name, go] of Object.entries(into)) {
      for (const [size, values] of Object.entries({ short, long })) {
        await context.forEvery(`${name}-${size}`, values, share, async (value) => judge(await go(context, value)))
      }
    }
    await more?.(context, judge)
  },
})

const stranger = ({ slice }: Context) => `urn:stranger:${slice.tag}:`

/** The error pages of sign-in and sign-out. */
const signInPages = inert({
  id: 'errors.inert.sign-in',
  title: 'an error page of sign-in is inert whatever it was sent',
  sends: 'refused sign-in requests and responses with markup in each parameter, short and long; an answer from upstream that is not believed; what causes each declared row',
  attacks: ['WEB-01', 'WSF-12', 'WSF-27'],
  needs: { capabilities: ['speaks:signIn', 'speaks:metadata'], shape: single, scope: 'slice' },
  kills: [
    'broker.reflects-markup',
    'broker.reflects-long-markup',
    'broker.shows-stack-traces',
    'broker.shows-stack-traces-for-long-realms',
    'broker.leads-off-from-refusals',
  ],
  control: partiesSignIn,
  places(context) {
    const realm = `${stranger(context)}x`
    const ask = (changed: SignInInput) => askedFor(context, changed)
    const answer = (form: Pairs) =>
      context.browser().go(post(context.at.target, context.at.paths.reply, encodeForm(form)))
    return {
      realm: (_, value) => ask({ realm: stranger(context) + value }),
      reply: (_, value) => ask({ reply: `https://stranger.test/${value}` }),
      action: (_, value) => ask({ action: value }),
      context: (_, value) => ask({ realm, context: value }),
      freshness: (_, value) => ask({ realm, freshness: value }),
      parameter: (_, value) => ask({ realm, more: [[value, value]] }),
      result: (_, value) => answer([['wa', 'wsignin1.0'], ['wresult', value], ['wctx', value]]),
      'id-token': (_, value) => answer([['id_token', value], ['state', value]]),
      error: (_, value) => answer([['error', value], ['error_description', value], ['state', value]]),
    }
  },
  others: (context) => ({
    ...(context.dialect.upstream && { disbelieved: () => disbelieved(context) }),
    ...Object.fromEntries(
      triggeredRowIds
        .filter((row) => context.triggers[row] !== undefined)
        .map((row) => [row, () => trigger(context, row)]),
    ),
  }),
}) // prettier-ignore

/** The error pages of the authorize and token endpoints. */
const oauthPages = inert({
  id: 'errors.inert.authorize',
  title: 'an error page of the authorize and token endpoints is inert whatever it was sent',
  sends: 'refused authorization requests, callbacks and redemptions with markup in each parameter, short and long',
  attacks: ['WEB-01'],
  needs: { capabilities: ['oauth', 'speaks:authorize'], shape: single, scope: 'slice' },
  kills: [
    'broker.reflects-markup-of-authorization',
    'broker.reflects-long-markup-of-authorization',
    'broker.tells-secrets',
    'broker.tells-secrets-with-long-codes',
  ],
  control: registeredGetsCode,
  places(context) {
    const ask = (changed: Partial<AuthorizeInput>) => authorized(context, changed)
    const { versionPath, callback, upstream } = context.dialect
    return {
      'client-id': (_, value) => ask({ clientId: value }),
      'redirect-uri': (_, value) => ask({ redirectUri: `https://stranger-${context.slice.tag}.test/${value}` }),
      'response-type': (_, value) => ask({ responseType: value }),
      resource: (_, value) => ask({ clientId: nobody, resource: value }),
      state: (_, value) => ask({ clientId: nobody, state: value }),
      parameter: (_, value) => ask({ clientId: nobody, more: [[value, value]] }),
      ...(versionPath !== null && { version: (_: Context, value: string) => ask({ version: encodeURIComponent(value) }) }),
      ...(callback !== null &&
        upstream && {
          error: (_: Context, value: string) => calledBack(context, { error: value, state: value }),
          code: (_: Context, value: string) => calledBack(context, { code: value, state: value }),
        }),
    }
  },
  others: (context) => (speaksRedeem(context) ? { redemption: () => redeemed(context, 'code-of-nobody') } : {}),
  async more(context, judge) {
    if (!speaksRedeem(context)) return
    const lengths = fc.tuple(label, fc.integer({ min: 0, max: 1000 })).map(([word, length]) => word.padEnd(length, 'x'))
    await context.forEvery('codes', lengths, Math.ceil(context.runs / 5), async (code) =>
      judge(await redeemed(context, code)),
    )
  },
}) // prettier-ignore

const speaksRedeem = ({ dialect: { redeem } }: Context) => redeem !== null && redeem !== 'undriven'

/** One check for each side of the broker. */
export const inertPages: readonly Check[] = [signInPages, oauthPages]
