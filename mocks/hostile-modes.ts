/** A way in which a counterparty misbehaves; what a target must survive, never a fault of the target. */
export type HostileMode = { id: `${'idp' | 'sts' | 'sharepoint'}.${string}`; does: string }

/**
 * The catalogue; a mode is set for one tenant, so that only the slice that asked for it meets it. Those of `sts` are about tokens for
 * SharePoint Online, whether Azure ACS or Entra ID sells them.
 */
// oxfmt-ignore
export const hostileModes = {
  'idp.denies-access': { id: 'idp.denies-access', does: 'ends every sign-in with access_denied' },
  'idp.omits-state': { id: 'idp.omits-state', does: 'sends the browser back without the state of the request' },
  'idp.changes-state': { id: 'idp.changes-state', does: 'sends the browser back with a state that nobody asked for' },
  'idp.answers-with-error-and-code': { id: 'idp.answers-with-error-and-code', does: 'sends the browser back with an error and a code that works' },
  'idp.issues-expired-code': { id: 'idp.issues-expired-code', does: 'issues codes that have expired already' },
  'idp.token-endpoint-fails': { id: 'idp.token-endpoint-fails', does: 'answers every token request with status 500 and a page of HTML' },
  'idp.changes-nonce': { id: 'idp.changes-nonce', does: 'puts a nonce that nobody asked for into id tokens' },
  'idp.omits-signature': { id: 'idp.omits-signature', does: 'issues id tokens with alg none and no signature' },
  'idp.mints-for-another-audience': { id: 'idp.mints-for-another-audience', does: 'issues id tokens for another client than the one that asked' },
  'idp.names-another-tenant': { id: 'idp.names-another-tenant', does: 'issues id tokens whose tid is not the tenant that was asked' },
  'idp.names-another-issuer': { id: 'idp.names-another-issuer', does: 'issues id tokens under the name of another issuer' },
  'idp.signs-with-hs256': { id: 'idp.signs-with-hs256', does: 'issues id tokens with an HMAC, keyed by its public key' },
  'idp.issues-expired-id-token': { id: 'idp.issues-expired-id-token', does: 'issues id tokens that expired an hour ago' },
  'idp.federates-sign-in': { id: 'idp.federates-sign-in', does: 'sends its users to AD FS, which proves who they are' },
  'idp.issues-early-id-token': { id: 'idp.issues-early-id-token', does: 'issues id tokens that are valid in an hour' },
  'idp.lacks-application': { id: 'idp.lacks-application', does: "does not know the broker's own application" },
  'idp.awaits-consent': { id: 'idp.awaits-consent', does: "has the broker's application only once a user consents, whom OpenID Connect asks at each sign-in and WS-Federation does not" },
  'idp.awaits-administrator': { id: 'idp.awaits-administrator', does: "has the broker's application only once an administrator consents, who is the first user; the others may consent for themselves alone" },
  'idp.wants-administrator': { id: 'idp.wants-administrator', does: 'tells each user on a page that only an administrator can consent' },
  'idp.sends-back-without-consent': { id: 'idp.sends-back-without-consent', does: 'sends each user back with the error that only an administrator can consent' },
  'idp.omits-wsfed-signature': { id: 'idp.omits-wsfed-signature', does: 'answers WS-Federation with an assertion without signature' },
  'idp.signs-with-foreign-key': { id: 'idp.signs-with-foreign-key', does: 'answers WS-Federation with a forged assertion, signed by another key under the certificate of its own' },
  'idp.puts-key-into-key-info': { id: 'idp.puts-key-into-key-info', does: 'answers WS-Federation with a forged assertion, signed by another key whose certificate comes along' },
  'idp.alters-assertion': { id: 'idp.alters-assertion', does: 'answers WS-Federation with an assertion that was altered after signing' },
  'idp.issues-expired-assertion': { id: 'idp.issues-expired-assertion', does: 'answers WS-Federation with an assertion that expired an hour ago' },
  'idp.issues-early-assertion': { id: 'idp.issues-early-assertion', does: 'answers WS-Federation with an assertion that is valid in an hour' },
  'idp.mints-assertion-for-another-audience': { id: 'idp.mints-assertion-for-another-audience', does: 'answers WS-Federation with an assertion for another realm' },
  'idp.omits-audience': { id: 'idp.omits-audience', does: 'answers WS-Federation with an assertion that names no audience' },
  'idp.signs-with-sha1': { id: 'idp.signs-with-sha1', does: 'answers WS-Federation with an assertion signed with SHA-1' },
  'idp.answers-in-saml11': { id: 'idp.answers-in-saml11', does: 'answers WS-Federation with SAML 1.1, which is no mistake' },
  'idp.issues-as-another-issuer': { id: 'idp.issues-as-another-issuer', does: 'answers WS-Federation with an assertion under the name of another issuer' },
  'idp.repeats-assertion': { id: 'idp.repeats-assertion', does: 'answers WS-Federation with two assertions, a forged one behind the signed one' },
  'idp.wraps-assertion': { id: 'idp.wraps-assertion', does: 'answers WS-Federation with a forged assertion around the signed one' },
  'idp.sends-jwt-as-result': { id: 'idp.sends-jwt-as-result', does: 'answers WS-Federation with a JWT in the place of the token response' },
  'idp.sends-saml-response': { id: 'idp.sends-saml-response', does: 'answers WS-Federation with a SAML protocol response in the place of the token response' },
  'idp.asserts-another-tenant': { id: 'idp.asserts-another-tenant', does: 'answers WS-Federation with a rightly signed assertion whose tenant id is that of another tenant' },
  'idp.adds-similar-tenant-claims': { id: 'idp.adds-similar-tenant-claims', does: 'adds claims to its tokens that are named like that of the tenant and name another one' },
  'idp.adds-tenant-before': { id: 'idp.adds-tenant-before', does: 'names another tenant before the right one in its tokens' },
  'idp.adds-tenant-after': { id: 'idp.adds-tenant-after', does: 'names another tenant behind the right one in its tokens' },
  'idp.sends-fault': { id: 'idp.sends-fault', does: 'answers WS-Federation with a SOAP fault' },
  'idp.changes-wctx': { id: 'idp.changes-wctx', does: 'answers WS-Federation with a wctx that nobody asked for' },
  'idp.spends-refresh-tokens': { id: 'idp.spends-refresh-tokens', does: 'lets a refresh token serve once, which is no mistake' },
  'idp.omits-wctx': { id: 'idp.omits-wctx', does: 'answers WS-Federation without the wctx of the request' },
  'sts.fails': { id: 'sts.fails', does: 'answers every token request with status 500 and a page of HTML' },
  'sts.refuses-codes': { id: 'sts.refuses-codes', does: 'refuses every authorization code for SharePoint Online' },
  'sts.refuses-renewals': { id: 'sts.refuses-renewals', does: 'refuses every refresh token for SharePoint Online as expired' },
  'sts.omits-refresh-token': { id: 'sts.omits-refresh-token', does: 'sells tokens without a refresh token, which is no mistake' },
  'sts.keeps-refresh-token': { id: 'sts.keeps-refresh-token', does: 'renews without a new refresh token, so that the old one goes on, which is no mistake' },
  'sts.spends-refresh-tokens': { id: 'sts.spends-refresh-tokens', does: 'renews once with each refresh token, which is no mistake' },
  'sts.detects-reuse': { id: 'sts.detects-reuse', does: 'revokes every grant of a user when a refresh token comes a second time' },
  'sts.loses-answers': { id: 'sts.loses-answers', does: 'does what it is asked, and breaks the connection instead of an answer' },
  'sts.answers-late': { id: 'sts.answers-late', does: 'does what it is asked, and holds the answer back until it is let go' },
  'sharepoint.awaits-administrator': { id: 'sharepoint.awaits-administrator', does: 'asks each user of an app of SharePoint for consent until an administrator has given it, who is the first user; the others may consent for themselves alone' },
} as const satisfies Record<string, HostileMode>

/** Modes that are told something: it follows the id and a colon. */
// oxfmt-ignore
export const toldModes = {
  'idp.tampers': { id: 'idp.tampers', does: 'answers WS-Federation with a result that is spoilt in this way, by the id of a tampering' },
  'idp.issues-as': { id: 'idp.issues-as', does: 'issues id tokens and assertions under this name' },
  'idp.extends-ids': { id: 'idp.extends-ids', does: 'puts this after the id of each assertion' },
  'idp.names-tenant-in-access-token': { id: 'idp.names-tenant-in-access-token', does: 'issues access tokens with this tid' },
  'idp.names-tenant-in-id-token': { id: 'idp.names-tenant-in-id-token', does: 'issues id tokens with this tid' },
  'sts.follows': { id: 'sts.follows', does: 'sells tokens that live as long as those of this profile, which is no mistake' },
  'sts.access-lives': { id: 'sts.access-lives', does: 'sells access tokens that live for so many seconds, which is no mistake' },
  'sts.says-expires-in': { id: 'sts.says-expires-in', does: 'says this JSON for expires_in, or leaves it out where it is the word absent' },
  'sts.says-expires-on': { id: 'sts.says-expires-on', does: 'says this JSON for expires_on, or leaves it out where it is the word absent' },
  'idp.forges-id-token': { id: 'idp.forges-id-token', does: 'issues forged id tokens by this trick with their key' },
} as const satisfies Record<string, HostileMode>

export type ToldModeId = keyof typeof toldModes
export type HostileModeId = keyof typeof hostileModes | `${ToldModeId}:${string}`
