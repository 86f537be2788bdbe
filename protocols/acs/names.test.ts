import { expect, test } from 'vitest'
import { acsIssuerOf, principalOf, sharePointResourceOf } from './names.ts'

const realm = '5c89ac77-0000-4000-8000-000000000001'

test('principals are named within their realm', () => {
  expect(principalOf('app', realm)).toBe(`app@${realm}`)
  expect(acsIssuerOf(realm)).toBe(`00000001-0000-0000-c000-000000000000@${realm}`)
})

test.each([
  ['https://Contoso.SharePoint.test', 'contoso.sharepoint.test'],
  ['https://contoso.sharepoint.test/sites/a?x=y', 'contoso.sharepoint.test'],
  ['https://contoso.sharepoint.test:443/', 'contoso.sharepoint.test'],
  ['https://contoso.sharepoint.test:8443', 'contoso.sharepoint.test:8443'],
])('SharePoint at %s is a resource by its host and realm', (url, host) => {
  expect(sharePointResourceOf(url, realm)).toBe(`00000003-0000-0ff1-ce00-000000000000/${host}@${realm}`)
})

test('and what is no URL is no SharePoint', () => {
  expect(() => sharePointResourceOf('contoso', realm)).toThrow(TypeError)
})
