import { decodeJwt } from 'jose'
import { nextOf } from '../../../harness/agent/next.ts'
import { valuesOf } from '../../../protocols/form.ts'
import { readAssertion } from '../../../protocols/saml/read-assertion.ts'
import { readResult } from '../../../protocols/ws-federation/result.ts'
import { documentOf } from '../../../protocols/xml/write.ts'
import type { Asked } from '../authorize/request.ts'

/** What a token says, by claim type or by the name of a claim of an id token. */
export type Said = ReadonlyMap<string, readonly string[]>

/** What the identity provider said of the user on a journey, in either protocol; empty where it was not asked. */
export const saidUpstream = ({ journey }: Asked): Said => {
  const said = new Map<string, readonly string[]>()
  for (const hop of journey) {
    const next = nextOf(hop)
    if (hop.to !== 'idp' || next.is !== 'form-post') continue
    const { fields } = next.form
    for (const token of valuesOf(fields, 'id_token')) {
      for (const [name, value] of Object.entries(decodeJwt(token))) said.set(name, [value].flat().map(String))
    }
    for (const result of valuesOf(fields, 'wresult')) {
      const read = readResult(result)
      const inside = read.is === 'response' ? readAssertion(documentOf(read.token)) : undefined
      if (inside?.is === 'assertion') for (const { type, values } of inside.assertion.claims) said.set(type, values)
    }
  }
  return said
}
