import { bearer } from '../../protocols/saml/assertion.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { SignInFaults } from './sign-in-fault.ts'

/** Faults in what is answered over WS-Trust. */
export const wsTrustFaults = {
  'broker.takes-first-applies-to': {
    does: 'takes the first AppliesTo of a token request that has several',
    breaks: 'sign-in.ws-trust',
    policy: 'readsTokenRequest',
    instead: (text) =>
      honestSignIn.readsTokenRequest(text.replace(/(<\/wsp:AppliesTo>)(?:<wsp:AppliesTo.*?<\/wsp:AppliesTo>)+/s, '$1')),
  },
  'broker.issues-whatever-is-requested': {
    does: 'takes every request type of WS-Trust for the one to issue',
    breaks: 'sign-in.ws-trust',
    policy: 'readsTokenRequest',
    instead: (text) => honestSignIn.readsTokenRequest(text.replace(/(RequestType>[^<]*\/)\w+(?=<)/, '$1Issue')),
  },

  'broker.takes-applies-to-by-host': {
    does: 'takes every AppliesTo on the host of a realm for that realm',
    breaks: 'sign-in.ws-trust',
    policy: 'findAppliesTo',
    instead: (parties, realm) =>
      parties.find((party) => URL.canParse(realm) && new URL(party.realm).host === new URL(realm).host),
  },
  'broker.takes-beginning-of-applies-to': {
    does: 'takes an AppliesTo that is the beginning of a realm for that realm',
    breaks: 'sign-in.ws-trust',
    policy: 'findAppliesTo',
    instead: (parties, realm) => parties.find((party) => realm.length > 8 && party.realm.startsWith(realm)),
  },

  'broker.issues-for-anyone-over-ws-trust': {
    does: 'issues tokens over WS-Trust that name no audience',
    breaks: 'sign-in.ws-trust',
    policy: 'overTrust',
    instead: (assertion) => ({ ...assertion, audiences: [] }),
  },
  'broker.issues-saml20-over-ws-trust': {
    does: 'issues SAML 2.0 over WS-Trust, whatever a party is registered for',
    breaks: 'sign-in.ws-trust',
    policy: 'overTrust',
    instead: (assertion) => ({ ...assertion, version: '2.0', confirmation: bearer['2.0'] }),
  },
  'broker.names-nobody-over-ws-trust': {
    does: 'issues tokens over WS-Trust that name nobody',
    breaks: 'sign-in.ws-trust',
    policy: 'overTrust',
    instead: (assertion) => ({ ...assertion, nameId: { value: 'nobody' }, claims: [] }),
  },
  'broker.issues-for-anyone-to-dated-requests': {
    does: 'issues a token that names no audience where a token request is dated',
    breaks: 'sign-in.ws-trust',
    policy: 'overTrust',
    instead: (assertion, { timestamp }) => (timestamp ? { ...assertion, audiences: [] } : assertion),
  },
} as const satisfies SignInFaults
