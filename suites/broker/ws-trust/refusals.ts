import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Check } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import type { People } from '../sign-in/request.ts'
import { partiesOf } from '../sign-in/request.ts'
import { issue, issuesNothing, trustIssues, trusting, upstreamToken } from './request.ts'

const needs = {
  capabilities: ['wsfed-upstream', 'speaks:metadata'],
  shape: { ...single, tenants: 2 },
  scope: 'slice',
} as const

/** Tokens with one defect each. */
const defects: Readonly<Record<string, HostileModeId>> = {
  'without a signature': 'idp.omits-wsfed-signature',
  'signed by a foreign key': 'idp.signs-with-foreign-key',
  'signed by the key of the certificate in it': 'idp.puts-key-into-key-info',
  'altered after it was signed': 'idp.alters-assertion',
  expired: 'idp.issues-expired-assertion',
  'not valid yet': 'idp.issues-early-assertion',
  'for another audience': 'idp.mints-assertion-for-another-audience',
  'forged around a signed one': 'idp.wraps-assertion',
}

/** Takes the first element of a name away. */
const without = (name: string) => (text: string) =>
  text.replace(new RegExp(`<([\\w]+:)?${name}\\b.*?</([\\w]+:)?${name}>`, 's'), '')

/** A token that proves nothing buys none. */
export const badTokens: Check = {
  id: 'sign-in.ws-trust.bad-tokens',
  title: "a token request without a good token of the party's own identity provider gets no token",
  sends: `token requests, valid but for their token, which is ${Object.keys(defects).join(', ')}, of another tenant, or missing`,
  owes: 'a fault, or an error; no token',
  clauses: ['sign-in.ws-trust', 'realm.members-only'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: [
    'broker.believes-unsigned',
    'broker.trusts-embedded-certificate',
    'broker.believes-altered',
    'broker.ignores-signature',
    'broker.ignores-window',
    'broker.ignores-start',
    'broker.believes-for-a-day',
    'broker.ignores-audience',
    'broker.admits-every-tenant',
  ],
  control: trustIssues,
  async run(context) {
    const [{ party, tenant, user }] = trusting(context)
    const attempt = async (what: string, mode: HostileModeId) => {
      const token = await upstreamToken(context, tenant, user, mode)
      issuesNothing(context, await issue(context, party, { token }), `a token ${what}`)
    }
    const attemptWithout = async () => {
      const token = await upstreamToken(context, tenant, user)
      issuesNothing(context, await issue(context, party, { token }, without('Assertion')), 'a request without a token')
    }
    const attemptAs = async (other: People) => {
      const token = await upstreamToken(context, other.tenant, other.user)
      const what = `${other.user.name}, who is of another tenant`
      issuesNothing(context, await issue(context, party, { token }), what, { clause: 'realm.members-only' })
    }
    const bad = Object.entries(defects).map(([what, mode]) => ({ what, mode }))
    const strangers = partiesOf(context).filter((other) => other.tenant !== tenant)
    await context.each([...bad, { what: 'missing' }, ...strangers], async (one) => {
      if ('party' in one) return attemptAs(one)
      return 'mode' in one ? attempt(one.what, one.mode) : attemptWithout()
    })
  },
}

/** What is no request for a token is not answered with one. */
export const malformedRequests: Check = {
  id: 'sign-in.ws-trust.malformed',
  title: 'what is no request to issue one token for one realm gets none',
  sends:
    'token requests that are cut short, have no AppliesTo or two, or a document type, and ones of other request types',
  owes: 'a fault, or an error; no token (WS-Trust 1.3 sections 3 and 4)',
  clauses: ['sign-in.ws-trust'],
  weaker: 'practice',
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.takes-first-applies-to', 'broker.issues-whatever-is-requested'],
  control: trustIssues,
  async run(context) {
    const [{ party, tenant, user }] = trusting(context)
    const edits: Readonly<Record<string, (text: string) => string>> = {
      'that is cut short': (text) => text.slice(0, -40),
      'without an AppliesTo': without('AppliesTo'),
      'with two AppliesTo': (text) =>
        text.replace(
          /<(\w+:)?AppliesTo\b.*<\/(\w+:)?AppliesTo>/s,
          (one) => one + one.replace(party.realm, `https://stranger-${context.slice.tag}.test/`),
        ),
      'with a document type': (text) => `<!DOCTYPE x [<!ENTITY e "x">]>${text}`,
    }
    const attempt = async (what: string, edit: (text: string) => string) => {
      const asked = await issue(context, party, { token: await upstreamToken(context, tenant, user) }, edit)
      issuesNothing(context, asked, `a request ${what}`)
    }
    await context.each(Object.entries(edits), ([what, edit]) => attempt(what, edit))
    const types = fc.constantFrom('Validate', 'Renew', 'Cancel', 'SCT', 'Issuing', 'KET')
    await context.forEvery('types', types, Math.ceil(context.runs / 10), (type) =>
      attempt(`to ${type}`, (text) => text.replace(/(RequestType>[^<]*\/)Issue(?=<)/, `$1${type}`)),
    )
  },
}
