import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'
import express from 'express'

// A web application that takes its users from a broker by passport-wsfed-saml2, as brokerspec launches it. `--set` names the package
// to load: they are pinned in package.json. With `--guard` it looks at each result itself before the package does.

const text = { type: 'string' }
const { values } = parseArgs({
  options: {
    provision: text,
    port: text,
    cert: text,
    key: text,
    set: text,
    guard: { type: 'boolean', default: false },
  },
})
const { broker, parties, tenant } = JSON.parse(readFileSync(values.provision, 'utf8'))
const [{ realm, reply, page }] = parties
const { default: passport } = await import(values.set)

const nameIdentifier = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier'
const eightHours = 8 * 3_600_000
const sessions = new Map()
const used = new Set()

/** What the package does not look at: one assertion, one signature by RSA-SHA256 over it and no other, nothing that readers differ about. */
const isPlain = (result) => {
  const [, id] = /<[\w:]*Assertion\s[^>]*?\b(?:ID|AssertionID)="([^"]+)"/.exec(result) ?? []
  const references = [...result.matchAll(/<[\w:]*Reference\s[^>]*?\bURI="([^"]*)"/g)].map(([, uri]) => uri)
  return (
    (result.match(/<[\w:]*Assertion[\s>]/g) ?? []).length === 1 &&
    (result.match(/<[\w:]*Signature[\s>]/g) ?? []).length === 1 &&
    references.length === 1 &&
    references[0] === `#${id}` &&
    !/<!|<\?/.test(result) &&
    result.includes('SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"')
  )
}

const strategy = () =>
  new passport.Strategy(
    { realm, wreply: reply, cert: broker.certificates[0], identityProviderUrl: broker.endpoint },
    (profile, done) => done(null, profile),
  )

/** Asks the package once: it redirects, accepts a profile or refuses, by the methods that passport would give it. */
const ask = (request, options) =>
  new Promise((resolve) => {
    const asked = Object.assign(strategy(), {
      redirect: (to) => resolve({ to }),
      success: (profile) => resolve({ profile }),
      fail: () => resolve({}),
      error: () => resolve({}),
    })
    try {
      asked.authenticate(request, options)
    } catch {
      resolve({})
    }
  })

const sessionOf = (request) => {
  const [, id] = /(?:^|;\s*)sid=([\w-]+)/.exec(request.headers.cookie ?? '') ?? []
  const session = sessions.get(id)
  return session && session.until > Date.now() ? session : undefined
}

/** A path of this application: nothing by which a browser could be led elsewhere. */
const isOwnPath = (path) => /^\/(?![/\\])[!-[\]-~]*$/.test(path)

const clear = 'sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'
const claimsOf = (profile) =>
  Object.fromEntries(
    Object.entries(profile)
      .filter(([type]) => type.includes(':'))
      .map(([type, said]) => [type, [said].flat()]),
  )

const application = express()
application.set('env', 'production')
application.get('/health', (_, response) => response.send('ok'))
application.get('/', (_, response) => response.send('<p>This page is for everybody.</p>'))

application.get(new URL(page).pathname, async (request, response) => {
  if (sessionOf(request)) return response.send('<p>You are in.</p>')
  const { to } = await ask(request, { wctx: `rm=0&id=passive&ru=${encodeURIComponent(request.url)}` })
  return response.redirect(to)
})

application.post(new URL(reply).pathname, express.urlencoded({ extended: false }), async (request, response) => {
  const { wresult = '', wctx = '' } = request.body
  if (values.guard && !isPlain(String(wresult))) return response.status(403).send('<p>That token is not accepted.</p>')
  const { profile } = await ask(request, {})
  const id = /\s(?:ID|AssertionID)="([^"]+)"/.exec(String(wresult))?.[1]
  if (!profile || (values.guard && (profile.issuer !== broker.issuer || used.has(id)))) {
    return response.status(403).send('<p>That token is not accepted.</p>')
  }
  if (profile[tenant.claim] !== tenant.id) return response.status(403).send('<p>You are not of this organisation.</p>')
  used.add(id)
  const session = randomUUID()
  sessions.set(session, { profile, until: Date.now() + eightHours })
  response.setHeader('set-cookie', `sid=${session}; Path=/; Secure; HttpOnly; SameSite=Lax`)
  const wanted = new URLSearchParams(String(wctx)).get('ru') ?? ''
  return response.redirect(isOwnPath(wanted) ? wanted : new URL(page).pathname)
})

application.get(new URL(reply).pathname, (request, response) => {
  const leaves = ['wsignout1.0', 'wsignoutcleanup1.0'].includes(String(request.query.wa))
  if (!leaves) return response.status(400).send('<p>That is no message for this page.</p>')
  response.setHeader('set-cookie', clear)
  return response.send('<p>You are signed out.</p>')
})

application.get('/whoami', (request, response) => {
  const session = sessionOf(request)
  if (!session) return response.status(401).json(null)
  return response.json({ name: session.profile[nameIdentifier], claims: claimsOf(session.profile) })
})

const server = createServer(
  { cert: readFileSync(values.cert), key: readFileSync(values.key), keepAliveTimeout: 60_000 },
  application,
)
server.listen(Number(values.port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
