import { tamperings } from '../../../fixtures/tampering/index.ts'
import type { Genuine } from '../../../fixtures/tampering/tampering.ts'
import type { Tenant } from '../../../fixtures/world/shapes.ts'
import type { Claim } from '../../../protocols/saml/assertion.ts'
import { issue } from '../../../protocols/saml/issue.ts'
import { writeFaultResult, writeResult } from '../../../protocols/ws-federation/result.ts'
import { namespaces } from '../../../protocols/xml/namespaces.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { similarNames, tenantsSaid } from './tenants-said.ts'
import { administratorOf } from './administrator.ts'
import { misbehaves, toldTo } from './directory.ts'
import type { Entra } from './state.ts'
import { claimTypes } from './wsfed-claims.ts'

type Given = Pick<Genuine, 'assertion' | 'response' | 'issuer'>
type Made = string | Promise<string>

/** The tampering that a hostile tenant answers with; the first mode in this order counts. */
const spoilt = {
  'idp.omits-wsfed-signature': 'signature.stripped',
  'idp.signs-with-foreign-key': 'key.foreign-under-trusted-certificate',
  'idp.puts-key-into-key-info': 'key.foreign',
  'idp.alters-assertion': 'content.name-altered',
  'idp.issues-expired-assertion': 'content.expired',
  'idp.issues-early-assertion': 'content.early',
  'idp.mints-assertion-for-another-audience': 'content.wrong-audience',
  'idp.omits-audience': 'content.no-audience',
  'idp.signs-with-sha1': 'algorithm.sha1',
  'idp.issues-as-another-issuer': 'content.wrong-issuer',
  'idp.repeats-assertion': 'wrapping.sibling-after',
  'idp.wraps-assertion': 'wrapping.object-signature-last',
  'idp.sends-jwt-as-result': 'content.jwt',
  'idp.sends-saml-response': 'content.saml-p-response',
} as const satisfies Partial<Record<HostileModeId, string>>

/** Writes the `wresult` of a token: signed as it is, unless the tenant was set to something else. */
export const resultFor = (entra: Entra, tenant: Tenant, given: Given): Made => {
  if (misbehaves(entra, tenant.id, 'idp.sends-fault')) return fault()
  const said = {
    ...given,
    assertion: { ...given.assertion, claims: claimsSaid(entra, tenant, given.assertion.claims) },
  }
  const [, known] = Object.entries(spoilt).find(([mode]) => misbehaves(entra, tenant.id, mode as HostileModeId)) ?? []
  const id = toldTo(entra, tenant.id, 'idp.tampers') ?? known
  return id === undefined ? genuine(said) : tampered(entra, tenant, said, id)
}

const genuine = async ({ assertion, response, issuer }: Given) => writeResult(response, await issue(assertion, issuer))

const tampered = async (entra: Entra, tenant: Tenant, given: Given, id: string): Promise<string> => {
  const tampering = tamperings.find((one) => one.id === id)
  if (tampering === undefined) throw new TypeError(`there is no tampering ${id}`)
  const valueOf = (type: string) => given.assertion.claims.find((claim) => claim.type === type)?.values[0] ?? ''
  const sought = administratorOf(tenant)
  const alsoSought = new Map([
    [valueOf(claimTypes.name), sought.name],
    [valueOf(claimTypes.objectId), sought.objectId],
  ])
  return tampering.make({ ...given, stranger: await entra.stranger(), sought: sought.subject, alsoSought })
}

const fault = () =>
  writeFaultResult({
    code: 'Sender',
    subcode: { namespace: namespaces.trust2005, name: 'RequestFailed' },
    reason: 'The request for a token failed.',
  })

const claimsSaid = (entra: Entra, tenant: Tenant, claims: readonly Claim[]): Claim[] => {
  const { named, similar } = tenantsSaid(entra, tenant, 'idp.asserts-another-tenant')
  return [
    ...similarNames.types.flatMap((type) => (similar === undefined ? [] : [{ type, values: [similar] }])),
    ...claims.flatMap((claim) =>
      claim.type === claimTypes.tenantId ? named.map((id) => ({ ...claim, values: [id] })) : [claim],
    ),
  ]
}
