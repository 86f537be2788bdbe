import { appOnlyAnswerFaults } from './app-only-answer.ts'
import { appOnlyTokenFaults } from './app-only-token.ts'
import { appOnlyUserFaults } from './app-only-user.ts'

/** Every fault of the reference broker where it is asked for app-only tokens. */
export const appOnlyFaults = { ...appOnlyUserFaults, ...appOnlyTokenFaults, ...appOnlyAnswerFaults } as const
