import { judgesProduct } from '../../test/product.ts'

judgesProduct({
  folder: import.meta.dirname,
  name: 'wsfed',
  byItself: true,
  exit: 1,
  failing: ['sign-in.utc.instants', 'sign-in.malformed.not-ws-federation'],
})
