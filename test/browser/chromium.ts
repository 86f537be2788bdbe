import { createHash, X509Certificate } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { chromium } from 'playwright-core'
import type { Authority } from '../../fixtures/world/authority.ts'
import { serve } from '../../harness/wire/serve.ts'
import type { Wire } from '../../protocols/wire.ts'

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where Chromium is on this machine, if anywhere; where everything is required, it must be. */
export const installed: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)))
  .find(isProgram)
if (installed === undefined && process.env['BROKERSPEC_REQUIRE_ALL']) throw new Error('chromium is missing')

/** What a test has of Chromium: a profile that has visited nobody, and the port at which every name is answered. */
export type Chromium = { profile: BrowserContext; port: number }

/**
 * Lets a headless Chromium visit a wire over HTTPS while `use` drives it; it is closed with that, however that ends. Every name under .test
 * leads to the wire, and every other one nowhere but for 127.0.0.1. Of certificates it trusts those for the key that the authority certified for these
 * names, and no others.
 */
export const inChromium = async (
  {
    wire,
    names,
    ca,
    javaScriptEnabled = true,
  }: { wire: Wire; names: readonly string[]; ca: Authority; javaScriptEnabled?: boolean },
  use: (chromium: Chromium) => Promise<void>,
): Promise<void> => {
  const identity = await ca.issue(names)
  const { port, close } = await serve(wire, identity)
  try {
    const browser = await chromium.launch({
      ...(installed !== undefined && { executablePath: installed }),
      args: [
        `--host-resolver-rules=MAP *.test 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${keyOf(identity.cert)}`,
      ],
    })
    try {
      await use({ profile: await browser.newContext({ javaScriptEnabled }), port })
    } finally {
      await browser.close()
    }
  } finally {
    await close()
  }
}

/** By what Chromium knows the key of a certificate: SHA-256 of its SubjectPublicKeyInfo, base64. */
const keyOf = (certificate: string): string =>
  createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
