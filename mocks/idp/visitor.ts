import type { User } from '../../fixtures/world/shapes.ts'
import { encodeForm } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'

/** What a visitor is shown: a page, with its form if there is one, or where the answer leads. */
export type Shown = {
  status: number
  location: string | undefined
  page: string
  form: { action: string; fields: Record<string, string> } | undefined
}

/** Whoever stands before a mock provider in our own tests: one cookie of each name, and nothing is followed. */
export type Visitor = {
  get(rawPath: string): Promise<Shown>
  post(rawPath: string, fields: Record<string, string>): Promise<Shown>
  /** Fills in the sign-in page. */
  signIn(shown: Shown, as: User, password?: string): Promise<Shown>
  cookies: Map<string, string>
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
const plain = (text: string) => text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '')

/** Puts a visitor before a provider. */
export const visitorAt = (wire: Wire, origin: string): Visitor => {
  const cookies = new Map<string, string>()
  const send = async (rawPath: string, fields?: Record<string, string>): Promise<Shown> => {
    const response = await wire({
      method: fields ? 'POST' : 'GET',
      origin,
      rawPath,
      headers: [['cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')]],
      ...(fields && { body: new TextEncoder().encode(encodeForm(Object.entries(fields))) }),
    })
    for (const [name, value] of response.headers) {
      const [, cookie = '', content = ''] = /^([^=]+)=([^;]*)/.exec(value) ?? []
      if (name === 'set-cookie') cookies.set(cookie, content)
    }
    const page = textOf(response)
    const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1]
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    return {
      status: response.status,
      location: headerOf(response.headers, 'location'),
      page,
      form:
        action === undefined
          ? undefined
          : {
              action: plain(action),
              fields: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, plain(value)])),
            },
    }
  }

  return {
    cookies,
    get: (rawPath) => send(rawPath),
    post: send,
    signIn: (shown, as, password = as.password) =>
      send(shown.form?.action ?? '', { ...shown.form?.fields, login: as.name, passwd: password }),
  }
}
