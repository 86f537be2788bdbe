import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Dialect } from '../../../harness/dialects/dialect.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { decodeForm, valuesOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import { isAppOnlyGrant } from './judgement.ts'
import type { AskedAppOnly, People } from './request.ts'
import {
  askAppOnly,
  inWords,
  needsOf,
  peopleOf,
  redeems,
  userGetsAppOnly,
  userTokenOf,
  validAppOnly,
} from './request.ts'

const shared = { clauses: ['app-only.sharepoint-only'], needs: needsOf(), control: userGetsAppOnly } as const

/** For which resources the target asked a token of the client's own. */
const askedFor = ({ sent }: AskedAppOnly): string[] =>
  sent.filter(isAppOnlyGrant).flatMap(({ request }) => valuesOf(decodeForm(textOf(request)), 'resource'))

/** Whether a resource is that of a client, by its URL or as Azure ACS names it. */
const isOf = ({ client }: People, resource: string): boolean => {
  const { host } = new URL(client.resource)
  return resource.replace(/^[^/]*\/+/, '').split(/[@/]/, 1)[0] === host
}

/** Resources that are not SharePoint: Microsoft Graph by both of its names, and what the other clients of the slice use. */
const otherResources = ({ slice }: Context, { client }: People): string[] => [
  'https://graph.microsoft.com',
  '00000003-0000-0000-c000-000000000000',
  ...slice.clients.flatMap(({ resource }) => (resource === client.resource ? [] : [resource])),
]

/** Who gets an app-only token for what is not SharePoint. */
export const otherResource: Check = {
  ...shared,
  id: 'app-only.sharepoint-only.resource',
  title: 'an app-only token is for SharePoint Online alone',
  sends:
    "requests by a client for SharePoint that name Microsoft Graph or another API of the tenant, and one by a client for that API, each with the token of the client's own user",
  owes: 'a refusal of each, or a token for SharePoint all the same',
  applies: redeems,
  kills: ['broker.serves-app-only-for-any-resource', 'broker.serves-app-only-for-any-client'],
  async run(context) {
    const people = peopleOf(context)
    const user = people.user
    const graphs = context.slice.clients.filter(({ tokenService, oauth }) => oauth && tokenService === 'entra')
    const named = otherResources(context, people).map((resource) => ({ people, resource }))
    const own = graphs.map((client) => ({ people: { client, user }, resource: client.resource }))
    await context.each([...named, ...own], async ({ people: asking, resource }) => {
      const token = await userTokenOf(context, asking)
      const asked = await askAppOnly(context, { ...validAppOnly(asking, token), resource })
      if (asked.outcome.is === 'refusal') return
      if (asked.outcome.is !== 'token') throw new Inconclusive('unreadable', inWords(asked.outcome))
      const wanted = askedFor(asked)
      if (wanted.length > 0 && wanted.every((one) => isOf(people, one)))
        return context.note('gives an app-only token for SharePoint to who asks for another resource')
      throw new Violation('other-resource', {
        expected: `an app-only token for ${JSON.stringify(resource)} refused`,
        actual: `a token, granted for ${wanted.join(', ') || 'nothing that is named'}`,
      })
    })
  },
}

/** Whether the dialect's form of a request names the resource. */
const namesResource = (dialect: Dialect): string | undefined => {
  const { appOnly, paths } = dialect
  const others = { token: '', clientId: '', realm: '', redirectUri: '' }
  const asks = (resource: string) =>
    JSON.stringify(appOnly?.request({ ...others, resource }, { target: '', idp: '', paths }).body ?? '')
  return redeems(dialect) ?? (asks('one') === asks('another') ? 'dialect.appOnly {resource}' : undefined)
}

/** What the secret is used for. */
export const otherGrant: Check = {
  ...shared,
  id: 'app-only.sharepoint-only.grant',
  title: 'the client asks for app-only tokens for its own SharePoint Online alone',
  sends: "valid requests that name Microsoft Graph, another API of the tenant, or almost the client's own SharePoint",
  owes: "no grant for anything but the client's own SharePoint; it is not left to the token service to refuse",
  weaker: 'practice',
  applies: namesResource,
  kills: ['broker.serves-app-only-for-any-resource', 'broker.compares-app-only-resource-by-prefix'],
  async run(context) {
    const people = peopleOf(context)
    const token = await userTokenOf(context, people)
    const attempt = async (resource: string) => {
      const asked = await askAppOnly(context, { ...validAppOnly(people, token), resource })
      const other = askedFor(asked).find((one) => !isOf(people, one))
      if (other !== undefined)
        throw new Violation('other-grant', {
          expected: `no grant for ${JSON.stringify(resource)}`,
          actual: `a grant for ${JSON.stringify(other)}`,
        })
      if (asked.outcome.is !== 'refusal' && asked.outcome.is !== 'token')
        throw new Inconclusive('unreadable', inWords(asked.outcome))
    }
    await context.each(otherResources(context, people), attempt)
    const own = people.client.resource
    const near = fc.oneof(
      label.map((text) => `${own}.${text}.test`),
      label.map((text) => own.replace('://', `://${text}.`)),
      label.map((text) => own.replace('.', `-${text}.`)),
    )
    await context.forEvery('near', near, Math.ceil(context.runs / 5), attempt)
  },
}
