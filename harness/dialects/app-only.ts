import type { WireRequest } from '../../protocols/wire.ts'
import { post } from './authorize.ts'
import type { AppOnlyInput, Dialect, Operation } from './dialect.ts'
import type { RequestTemplate } from './form-template.ts'
import { fillForm } from './form-template.ts'
import { readToken } from './redeem.ts'

/** What stands in braces in a target's form of an app-only request. */
export const appOnlyWords = ['token', 'clientId', 'realm', 'resource', 'redirectUri'] as const

/** An app-only request in the form that a target declares, since the sources give none; it is always posted. */
export const appOnlyOperation = (
  template: RequestTemplate,
  { wording }: Pick<Dialect, 'wording'>,
): Operation<AppOnlyInput> => ({
  request(input, { target }): WireRequest {
    const { rawPath, form = '', headers } = fillForm(withoutEmpty(template, input), input)
    const request = post(target, rawPath, form, 'application/json')
    return { ...request, headers: [...request.headers, ...headers] }
  },
  read: (hops) => readToken(wording, hops),
})

/** Without a token there is no header that would carry it. */
const withoutEmpty = (template: RequestTemplate, { token }: AppOnlyInput): RequestTemplate =>
  token.length > 0 || template.headers === undefined || token === ''
    ? template
    : {
        ...template,
        headers: Object.fromEntries(Object.entries(template.headers).filter(([, value]) => !value.includes('{token}'))),
      }
