import { inject, test } from 'vitest'
import type { Account } from '../../harness/allure/account.ts'
import { conclude } from '../../harness/vitest/conclude.ts'

declare module 'vitest' {
  interface ProvidedContext {
    brokerspecAccounts: readonly Account[]
  }
}

for (const account of inject('brokerspecAccounts')) {
  const { verdict, rule } = account
  test(`${verdict.check}: ${rule?.title ?? ''}`, { retry: 0, repeats: 0 }, ({ skip }) => conclude(account, skip))
}
