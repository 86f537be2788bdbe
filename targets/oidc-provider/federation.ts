import type { Context, Interaction, InteractionResult, Middleware, Provider } from 'oidc-provider'
import type { Client } from './provider.ts'

/** Whoever the identity provider lets through. */
const accountId = 'somebody'

const noMatch = 'This answer of the identity provider belongs to no request of this browser.'

/**
 * Has every interaction of a provider done by the client's own identity provider: out to its authorization endpoint, back
 * to the callback, and with its answer on to the interaction, whose path alone the browser's cookie is sent to. The state is
 * the id of the interaction, so that an answer counts only in the browser that asked, and only once.
 */
export const federation = (provider: Provider, clients: ReadonlyMap<string, Client>): Middleware => {
  const callbacks = new Set([...clients.values()].map(({ callback }) => new URL(callback).pathname))

  return async (context, next) => {
    if (context.method !== 'GET') return next()
    if (callbacks.has(context.path)) return handOver(context)
    const [, uid, answered] = /^\/interaction\/([\w-]+)(\/answer)?$/.exec(context.path) ?? []
    if (uid === undefined) return next()

    const interaction = await provider.interactionDetails(context.req, context.res)
    if (interaction.uid !== uid) context.throw(400, noMatch)
    if (answered === undefined) return goUpstream(context, interaction, clients)
    const result = await resultOf(context, interaction, provider)
    context.redirect(await provider.interactionResult(context.req, context.res, result))
  }
}

const goUpstream = (context: Context, { uid, params }: Interaction, clients: ReadonlyMap<string, Client>) => {
  const client = clients.get(params.client_id ?? '') ?? context.throw(400, noMatch)
  const url = new URL(client.authorizationEndpoint)
  url.search = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    redirect_uri: client.callback,
    resource: client.resource,
    state: uid,
  }).toString()
  context.redirect(url.href)
}

const handOver = (context: Context) => {
  const { state } = context.query
  if (typeof state !== 'string' || !/^[\w-]+$/.test(state)) context.throw(400, noMatch)
  context.redirect(`/interaction/${state}/answer?${context.querystring}`)
}

/**
 * What the identity provider's answer comes to. Its code is not redeemed: who the user is does not matter to what this
 * target is for.
 */
const resultOf = async (context: Context, { params }: Interaction, provider: Provider): Promise<InteractionResult> => {
  const { error, code } = context.query
  if (typeof error === 'string') {
    return { error: 'access_denied', error_description: 'the identity provider refused' }
  }
  if (typeof code !== 'string' || code === '') context.throw(400, 'The identity provider sent no code.')

  const grant = new provider.Grant({ accountId, clientId: params.client_id ?? '' })
  const { scope = '' } = params
  grant.addOIDCScope(scope)
  for (const resource of [params.resource ?? []].flat()) grant.addResourceScope(resource, scope)
  return { login: { accountId }, consent: { grantId: await grant.save() } }
}
