import { refuse } from '../refusal.ts'
import { present } from '../saml/parts.ts'
import type { Element } from '../xml/element.ts'
import { childNamed, isNamed, textOf, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'

/** A SOAP fault, in the terms of SOAP 1.2. */
export type Fault = {
  code: 'Sender' | 'Receiver'
  /** Whose vocabulary the subcode is of, and its name there: `FailedAuthentication`, say. */
  subcode?: { namespace: string; name: string }
  reason: string
}

/**
 * Writes a SOAP 1.2 fault; `prefix` is that of the envelope around it.
 *
 * @see SOAP 1.2 part 1 section 5.4
 */
export const writeFault = ({ code, subcode, reason }: Fault, prefix = 's'): Element => {
  const soap = vocabulary(prefix, namespaces.soap12)
  const naming = vocabulary(prefix, namespaces.soap12, subcode && new Map([['a', subcode.namespace]]))
  return soap(
    'Fault',
    {},
    soap(
      'Code',
      {},
      soap('Value', {}, `${prefix}:${code}`),
      subcode && soap('Subcode', {}, naming('Value', {}, `a:${subcode.name}`)),
    ),
    soap('Reason', {}, soap('Text', { 'xml:lang': 'en-US' }, reason)),
  )
}

/** Whether an element is a SOAP fault, 1.1 or 1.2. */
export const isFault = (element: Element): boolean => isNamed(element, 'Fault', namespaces.soap12, namespaces.soap11)

const named = (value: Element | undefined): { namespace: string; name: string } | undefined => {
  if (value === undefined) return undefined
  const [name = '', prefix = ''] = textOf(value).trim().split(':').toReversed()
  return { namespace: value.declared?.get(prefix) ?? '', name }
}

/** The fault of SOAP 1.1 section 4.4; a code of another vocabulary is a subcode in SOAP 1.2. */
const faultFrom11 = (element: Element): Fault => {
  const [code, reason] = ['faultcode', 'faultstring'].map((name) => childNamed(element, name, ''))
  const told = named(code)
  const own = told?.namespace === namespaces.soap11
  return {
    code: own && told.name === 'Server' ? 'Receiver' : 'Sender',
    reason: reason ? textOf(reason) : '',
    ...(told && !own && { subcode: told }),
  }
}

/** Reads a SOAP fault, 1.1 or 1.2, for readers inside `orRefused`. */
export const faultFrom = (element: Element): Fault => {
  if (!isFault(element)) return refuse('not-a-response', `${element.local} is no fault`)
  if (element.namespace === namespaces.soap11) return faultFrom11(element)
  const code = childNamed(element, 'Code')
  const name = named(code && childNamed(code, 'Value'))?.name
  const subcode = code && childNamed(code, 'Subcode')
  const reason = childNamed(element, 'Reason')
  const text = reason && childNamed(reason, 'Text')
  if (name !== 'Sender' && name !== 'Receiver') return refuse('malformed', 'a fault without a code')
  return {
    code: name,
    reason: text ? textOf(text) : '',
    ...present({ subcode: named(subcode && childNamed(subcode, 'Value')) }),
  }
}
