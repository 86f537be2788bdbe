import { judgesProduct } from '../../test/product.ts'

judgesProduct({
  folder: import.meta.dirname,
  name: 'simple-oauth2',
  byItself: true,
  args: ['--runs', '20'],
  exit: 0,
  failing: ['cache.rotation.stays', 'cache.single-flight.nobody-locked-out'],
})
