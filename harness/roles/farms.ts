import { farmOf, farmProvider } from '../../fixtures/world/farms.ts'
import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import { issuerOf } from '../../mocks/idp/adfs/state.ts'
import { signerOf } from '../../mocks/idp/signer.ts'
import { onPremisesHandlers } from '../../mocks/sharepoint/on-premises/handlers.ts'
import type { OnPremises } from '../../mocks/sharepoint/on-premises/state.ts'
import { makeOnPremises } from '../../mocks/sharepoint/on-premises/state.ts'
import { trustCertificates } from '../../mocks/sharepoint/on-premises/trust.ts'
import { wireOf } from '../../mocks/wire.ts'
import type { Clock } from '../../protocols/clock.ts'
import type { Wire, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import type { Site } from '../attach/site.ts'
import type { WebCertificate } from '../wire/presented.ts'

/** What a check of high trust acts with. */
export type HighTrustHands = {
  /** Registers the certificates of the target with the farms of the slice, instead of those before. */
  trusts(certificates: readonly string[]): void
  /** What the target presents to whoever reaches it by TLS; absent where the harness does that for it. */
  webCertificate: WebCertificate | undefined
  /**
   * Opens a second installation of the target, asks it something and closes it.
   *
   * @throws Inconclusive when it cannot be opened, or does not answer
   */
  asksAnother(request: Omit<WireRequest, 'origin'>): Promise<WireResponse>
}

/** The same in a universe, where there are the farms of all slices. */
export type HighTrustRoom = Omit<HighTrustHands, 'trusts'> & {
  trusts(check: CheckId, certificates: readonly string[]): void
}

/** The farms of SharePoint on-premises of a world, at their origin; `idp` is that of the AD FS that they trust. */
export const farmsOf = (
  { slices, issuers }: World,
  at: { farm: string; idp: string },
  clock: Clock,
): { onPremises: OnPremises; wire: Wire } => {
  const all = Object.values(slices)
  const adfs = { origin: at.idp, keys: issuers.adfs }
  const onPremises = makeOnPremises({
    origin: at.farm,
    clock,
    farms: all.flatMap(({ tenants }) => tenants.map((tenant) => farmOf(tenant))),
    users: all.flatMap(({ users }) => users),
    provider: { ...farmProvider, issuer: issuerOf(adfs), certificate: signerOf(adfs).certificate },
    keys: issuers.acs,
  })
  return { onPremises, wire: wireOf(onPremisesHandlers(onPremises)) }
}

/** What a universe holds for the checks of high trust. */
export const highTrustRoom = (
  { slices }: World,
  site: Site,
  { onPremises, within }: { onPremises: () => OnPremises; within: number },
): HighTrustRoom => ({
  trusts(check, certificates) {
    for (const tenant of slices[check]?.tenants ?? []) trustCertificates(onPremises(), farmOf(tenant), certificates)
  },
  webCertificate: site.webCertificate,
  async asksAnother(request) {
    try {
      const other = await site.another?.()
      if (other === undefined) throw new TypeError('this target cannot be opened twice')
      try {
        return await other.wire({ ...request, origin: other.at.target }, AbortSignal.timeout(within))
      } finally {
        await other.close()
      }
    } catch (cause) {
      throw new Inconclusive('undelivered', `a second installation of the target does not answer: ${cause instanceof Error ? cause.message : String(cause)}`) // prettier-ignore
    }
  },
})
