import { namespaces } from '../xml/namespaces.ts'

/** The two forms of WS-Trust in use. */
export type TrustDialect = '2005/02' | '1.3'

type Terms = {
  namespace: string
  prefix: string
  requestType: string
  keyType: string
  /** SOAP actions of a request and of its final answer. */
  request: string
  answer: string
}

/** What differs between them: namespace, customary prefix and the URIs of an issue request for a bearer token. */
export const trustDialects: Readonly<Record<TrustDialect, Terms>> = {
  '2005/02': {
    namespace: namespaces.trust2005,
    prefix: 't',
    requestType: `${namespaces.trust2005}/Issue`,
    keyType: 'http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey',
    request: `${namespaces.trust2005}/RST/Issue`,
    answer: `${namespaces.trust2005}/RSTR/Issue`,
  },
  '1.3': {
    namespace: namespaces.trust13,
    prefix: 'trust',
    requestType: `${namespaces.trust13}/Issue`,
    keyType: `${namespaces.trust13}/Bearer`,
    request: `${namespaces.trust13}/RST/Issue`,
    answer: `${namespaces.trust13}/RSTRC/IssueFinal`,
  },
}

/** The dialect of a namespace, if it is one. */
export const dialectOf = (namespace: string): TrustDialect | undefined =>
  namespace === namespaces.trust2005 ? '2005/02' : namespace === namespaces.trust13 ? '1.3' : undefined
