import type { DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import type { TokenVersion } from '../../fixtures/world/shapes.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { get, post } from '../dialects/authorize.ts'
import type { RequestTemplate } from '../dialects/form-template.ts'
import { fillForm } from '../dialects/form-template.ts'
import { Inconclusive } from '../judge/blame.ts'
import { Trouble } from '../trouble.ts'

/** The words of the request that begins a registration; the first of them may be left away. */
export const registrationWords = ['tenancy', 'domain', 'realm', 'reply', 'tokenVersion'] as const

/**
 * What is to be registered: a relying party, by its realm, its reply URL and the version of SAML that it wants, of a K2 tenant, which
 * has an id and a vanity domain. Which directory they are bound to is said nowhere: that is for the consent to show.
 */
export type Registering = { tenancy: string; domain: string; realm: string; reply: string; tokenVersion: TokenVersion }

/**
 * How a registration is begun: a request that the browser of an administrator opens, or a function that gives the URL to open. From
 * there the target leads on to the identity provider, which asks for admin consent.
 */
export type RegistrationWay = RequestTemplate | ((asked: Registering) => Promise<string> | string)

/** Registrations as a check asks for them. */
export type Registration = {
  /**
   * What the browser of whoever registers is to open.
   *
   * @throws Inconclusive when the target does not begin one
   */
  begin(asked: Registering): Promise<WireRequest>
  /** Whether the id of a K2 tenant is said; else it is known by its vanity domain alone. */
  namesTenancy: boolean
}

/**
 * Finds the way to register.
 *
 * @throws Trouble when the capability is declared and nothing says how it is done
 */
export const registrationOf = (
  way: RegistrationWay | undefined,
  { target, capabilities }: { target: string; capabilities: readonly DeclaredCapability[] },
): Registration => {
  if (way === undefined && capabilities.includes('registration')) {
    throw new Trouble('usage', {
      place: 'control.registration',
      problem: 'the capability "registration" is declared, but nothing says how one is begun',
      mend: 'give control.registration, or registration beside the wire that open() gives, or take "registration" away',
    })
  }
  return {
    namesTenancy: typeof way === 'function' || JSON.stringify(way ?? '').includes('{tenancy}'),
    async begin(asked) {
      if (way === undefined) throw new Inconclusive('undelivered', 'the target gives no way to register')
      if (typeof way === 'function') return opening(await begunBy(way, asked))
      const { rawPath, form, headers } = fillForm(way, asked)
      const request = form === undefined ? get(target, rawPath) : post(target, rawPath, form)
      return { ...request, headers: [...request.headers, ...headers] }
    },
  }
}

const begunBy = async (way: Extract<RegistrationWay, (...given: never) => unknown>, asked: Registering) => {
  try {
    return await way(asked)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Inconclusive('undelivered', `the target did not begin a registration: ${why}`, { cause })
  }
}

const opening = (url: string): WireRequest => {
  if (!URL.canParse(url)) throw new Inconclusive('undelivered', 'what a registration begins with is no URL')
  const { origin, pathname, search } = new URL(url)
  return get(origin, pathname + search)
}
