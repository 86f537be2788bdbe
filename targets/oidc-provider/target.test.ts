import { expect, test } from 'vitest'
import { judgesProduct } from '../../test/product.ts'

/** The clauses under "not applicable", which names them by section, over several lines: `sign-out.{malformed, ends-session}`. */
const notApplicableIn = (output: string) => {
  const [lines = ''] = /^ {2}not applicable \d+,.*(?:\n {4}.*)*/m.exec(output) ?? []
  return [...lines.replaceAll(/\s+/g, ' ').matchAll(/([\w-]+)\.\{([^}]*)\}/g)].flatMap(([, section, members = '']) =>
    members.split(', ').map((member) => `${section}.${member}`),
  )
}

judgesProduct(
  {
    folder: import.meta.dirname,
    name: 'oidc-provider',
    exit: 0,
    failing: [],
  },
  (ended) => {
    test('has every clause that is not applicable named on the terminal', () => {
      const { clauses } = ended().report()
      const absent = Object.keys(clauses).filter((id) => clauses[id] === 'not-applicable')
      expect(notApplicableIn(ended().out).toSorted()).toEqual(absent.toSorted())
      expect(absent).not.toEqual([])
    })
  },
)
