import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { notXmlTexts, xmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import { NotXmlText } from './characters.ts'
import type { Element } from './element.ts'
import { textOf, vocabulary } from './element.ts'
import { readXml, rootOf } from './read.ts'
import { xmlLimits } from './scan.ts'
import { canonicalOf, documentOf } from './write.ts'

const names = fc.constantFrom('a', 'B', 'x.y', '_z', 'ä1')
const trees: fc.Arbitrary<Element> = fc.letrec<{ tree: Element }>((tie) => ({
  tree: fc
    .record({
      prefix: fc.constantFrom('', 'p', 'q'),
      namespace: fc.constantFrom('urn:one', 'urn:two', 'http://three/?a=b&c'),
      local: names,
      attributes: fc.dictionary(names, xmlTexts, { maxKeys: 3 }),
      children: fc.array(fc.oneof({ depthSize: 'small' }, xmlTexts, tie('tree')), { maxLength: 3 }),
    })
    .map(({ prefix, namespace, local, attributes, children }) =>
      vocabulary(prefix, namespace)(local, attributes, ...children),
    ),
})).tree

test('what was written is read back, and is written the same again', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const root = rootOf(documentOf(tree))
      expect(canonicalOf(root)).toBe(canonicalOf(tree))
      expect(documentOf(root)).toBe(documentOf(tree))
    }),
    { seed: 1 },
  )
})

test('what XML cannot carry is not written', () => {
  fc.assert(
    fc.property(notXmlTexts, (text) => {
      expect(() => canonicalOf(vocabulary('', '')('a', {}, text))).toThrow(NotXmlText)
      expect(() => canonicalOf(vocabulary('', '')('a', { b: text }))).toThrow(NotXmlText)
      expect(readXml(`<a>${text.replaceAll('<', '')}</a>`)).toMatchObject({ reason: 'not-xml' })
    }),
    { seed: 1 },
  )
})

test('a namespace is declared where it is first used, and again where it is used anew', () => {
  const p = vocabulary('p', 'urn:p')
  const plain = vocabulary('', '')
  const q = vocabulary('', 'urn:q')
  expect(canonicalOf(q('a', { z: '1', b: '2' }, p('b', {}, p('c')), plain('d', {}, q('e')), p('f')))).toBe(
    '<a xmlns="urn:q" b="2" z="1"><p:b xmlns:p="urn:p"><p:c></p:c></p:b><d xmlns=""><e xmlns="urn:q"></e></d><p:f xmlns:p="urn:p"></p:f></a>',
  )
})

test('a value that names a prefix keeps its declaration in the document, not in the canonical form', () => {
  const role = vocabulary('', 'urn:m', new Map([['fed', 'urn:fed']]))('Role', { 'xsi:type': 'fed:T' })
  expect(documentOf(role)).toContain(' xmlns:fed="urn:fed"')
  expect(canonicalOf(role)).not.toContain('urn:fed')
  expect(canonicalOf(rootOf(documentOf(role)))).toBe(canonicalOf(role))
})

test('references, CDATA sections, line ends and attribute space mean what XML 1.0 says', () => {
  const root = rootOf(
    '\uFEFF<?xml version="1.0" encoding="utf-16"?>\r\n<a b=\'x\t\r\n&#9;&quot;\'>&#x41;&#66;<![CDATA[<&]]>\r\n\r\u0085&gt;</a>\n',
  )
  expect([textOf(root), root.attributes[0]?.value]).toEqual(['AB<&\n\n\u0085>', 'x  \t"'])
})

const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
const refusedTexts: [string, string][] = [
  ['', 'not-xml'],
  ['text', 'not-xml'],
  ['<a>', 'not-xml'],
  ['<a></b>', 'not-xml'],
  ['<a></a><a></a>', 'not-xml'],
  ['<a></a>text', 'not-xml'],
  ['<a b="1" b="2"/>', 'not-xml'],
  ['<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>', 'not-xml'],
  ['<a b=1/>', 'not-xml'],
  ['<a b="<"/>', 'not-xml'],
  ['<a b/>', 'not-xml'],
  ['<a\u0080b="1"/>', 'not-xml'],
  ['<p:a/>', 'not-xml'],
  ['<a p:b="1"/>', 'not-xml'],
  ['<a:b:c xmlns:a="urn:x"/>', 'not-xml'],
  ['<a xmlns:p=""/>', 'not-xml'],
  ['<a xmlns:xmlns="urn:x"/>', 'not-xml'],
  ['<a xmlns:xml="urn:x"/>', 'not-xml'],
  ['<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', 'not-xml'],
  ['<a xmlns="http://www.w3.org/2000/xmlns/"/>', 'not-xml'],
  ['<a>]]></a>', 'not-xml'],
  ['<a>&#0;</a>', 'not-xml'],
  ['<a>&#xD800;</a>', 'not-xml'],
  ['<a>&#x110000;</a>', 'not-xml'],
  ['<a>\u0000</a>', 'not-xml'],
  ['<a>\uD800</a>', 'not-xml'],
  ['<?xml version="1.1"?><a/>', 'processing-instruction'],
  [' <?xml version="1.0"?><a/>', 'processing-instruction'],
  ['<?xml version="1.0" encoding="utf-7"?><a/>', 'processing-instruction'],
  ['<a>&b;</a>', 'entity'],
  ['<a b="&c;"/>', 'entity'],
  ['<a>&</a>', 'entity'],
  ['<!DOCTYPE a><a/>', 'dtd'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'dtd'],
  ['<a><!DOCTYPE a></a>', 'dtd'],
  ['<a><!-- b --></a>', 'comment'],
  ['<!-- b --><a/>', 'comment'],
  ['<a/><!-- b -->', 'comment'],
  ['<a><?b c?></a>', 'processing-instruction'],
  ['<a/><?b c?>', 'processing-instruction'],
  ['<a xmlns="b"/>', 'relative-namespace'],
  ['<a xmlns:p="http://x/\u0080"/>', 'relative-namespace'],
  [nested(65), 'too-deep'],
  [nested(50_000), 'too-deep'],
  [`<a>${'<b/>'.repeat(10_000)}</a>`, 'too-large'],
  [`<a ${Array.from({ length: 65 }, (_, index) => `b${index}=""`).join(' ')}/>`, 'too-large'],
  [`<a>${'x'.repeat(xmlLimits.bytes)}</a>`, 'too-large'],
  [`<a>${'é'.repeat(xmlLimits.bytes / 2)}</a>`, 'too-large'],
] // prettier-ignore
test.for(refusedTexts.map(([text, reason]) => ({ text, reason, shown: text.slice(0, 50) })))(
  'refuses $shown as $reason',
  ({ text, reason }) => expect(readXml(text)).toMatchObject({ is: 'refused', reason }),
)

test('what is just within the limits is read', () => {
  for (const text of [nested(64), `<a>${'<b/>'.repeat(9_999)}</a>`, `<a>${'x'.repeat(xmlLimits.bytes - 7)}</a>`]) {
    expect(readXml(text)).toMatchObject({ is: 'document' })
  }
})

test('no text whatever makes the reader throw or print', () => {
  const printed = ['log', 'warn', 'error'].map((name) => vi.spyOn(console, name as 'log').mockImplementation(() => {}))
  const fragments = fc.constantFrom('<a>', '</a>', '<a b="', '"', '>', '<', '&', ';', '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', ' xmlns:p="urn:x"', 'p:', '\u0000', '=', "'") // prettier-ignore
  fc.assert(
    fc.property(fc.array(fc.oneof(fragments, xmlTexts), { maxLength: 12 }), (parts) => {
      expect(['document', 'refused']).toContain(readXml(parts.join('')).is)
    }),
    { seed: 1, numRuns: 1000 },
  )
  expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([])
  printed.forEach((spy) => spy.mockRestore())
})
