import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyObject } from 'node:crypto'
import { pemOf } from '../../protocols/signature/certificate.ts'

const run = (program: string, ...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64_000_000 })

const found = (name: string, is: boolean): boolean => {
  if (!is && process.env['BROKERSPEC_REQUIRE_ALL']) throw new Error(`${name} is missing`)
  return is
}

/** Whether each of the independent judges of XML signatures is on this machine; where all are required, it must be. */
export const oracles = {
  xmlsec1: found('xmlsec1', run('xmlsec1', '--version').status === 0),
  java: found('a JDK', run('java', '--list-modules').stdout?.includes('jdk.compiler') ?? false),
}

/** Documents by name. */
export type Documents = Readonly<Record<string, string>>

/** Lets a folder hold documents, a certificate and perhaps its key, while `use` works in it. */
const inFolder = <Answer>(
  documents: Documents,
  signer: { certificate: string; key?: KeyObject },
  use: (folder: string) => Answer,
): Answer => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-test-'))
  try {
    for (const [name, text] of Object.entries(documents)) writeFileSync(join(folder, `${name}.xml`), text)
    writeFileSync(join(folder, 'certificate.der'), Buffer.from(signer.certificate, 'base64'))
    writeFileSync(join(folder, 'certificate.pem'), pemOf(signer.certificate))
    if (signer.key) {
      writeFileSync(join(folder, 'key.pkcs8'), signer.key.export({ format: 'der', type: 'pkcs8' }))
      writeFileSync(join(folder, 'key.pem'), signer.key.export({ format: 'pem', type: 'pkcs8' }))
    }
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ids = ['Assertion', 'EntityDescriptor'].flatMap((name) => ['--id-attr:ID', name, '--id-attr:AssertionID', name])

/** What xmlsec1 says of each document: `valid`, or not. */
export const xmlsecVerifies = (documents: Documents, certificate: string): Record<string, string> =>
  inFolder(documents, { certificate }, (folder) =>
    Object.fromEntries(
      Object.keys(documents).map((name) => {
        const key = ['--pubkey-cert-pem', join(folder, 'certificate.pem'), '--enabled-key-data', 'key-name']
        const { status, stderr } = run('xmlsec1', '--verify', ...key, ...ids, join(folder, `${name}.xml`))
        return [name, status === 0 && stderr.startsWith('OK') ? 'valid' : stderr]
      }),
    ),
  )

/** Signs templates with xmlsec1: documents that have a signature without values in them. */
export const xmlsecSigns = (templates: Documents, signer: { certificate: string; key: KeyObject }): Documents =>
  inFolder(templates, signer, (folder) =>
    Object.fromEntries(
      Object.keys(templates).map((name) => {
        const key = ['--privkey-pem', `${join(folder, 'key.pem')},${join(folder, 'certificate.pem')}`]
        const { status, stdout, stderr } = run('xmlsec1', '--sign', ...key, ...ids, join(folder, `${name}.xml`))
        if (status !== 0) throw new Error(stderr)
        return [name, stdout]
      }),
    ),
  )

/** Compiles a Java program into a folder. */
export const javaCompiles = (source: string, into: string): void => {
  const { status, stderr } = run('javac', '-d', into, source)
  if (status !== 0) throw new Error(stderr)
}

const program = join(import.meta.dirname, 'Signatures.java')

/** What the JDK says of each document, and the texts of its innermost elements in their order. */
export const javaVerifies = (
  documents: Documents,
  certificate: string,
): Record<string, { says: string; texts: string[] }> =>
  inFolder(documents, { certificate }, (folder) => {
    const { status, stdout, stderr } = run('java', program, 'verify', folder)
    if (status !== 0) throw new Error(stderr)
    return Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => {
          const [file = '', says = '', ...texts] = line.split('\t')
          return [
            file.replace('.xml', ''),
            { says, texts: texts.map((text) => Buffer.from(text, 'base64').toString()) },
          ]
        }),
    )
  })

/** Signs documents with the JDK, with a prefix list in their canonicalization. */
export const javaSigns = (documents: Documents, signer: { certificate: string; key: KeyObject }): Documents =>
  inFolder(documents, signer, (folder) => {
    const { status, stderr } = run('java', program, 'sign', folder)
    if (status !== 0) throw new Error(stderr)
    const signed = (name: string) => readFileSync(join(folder, `${name}.xml.signed`), 'utf8')
    return Object.fromEntries(Object.keys(documents).map((name) => [name, signed(name)]))
  })
