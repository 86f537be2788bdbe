import { judgesProduct } from '../../test/product.ts'

judgesProduct({
  folder: import.meta.dirname,
  name: '@azure/msal-node',
  args: ['--runs', '20'],
  exit: 0,
  failing: [],
})
