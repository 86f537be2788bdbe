import { connect } from 'node:tls'

/** Gives the certificate that is presented by TLS, as PEM or base64 of DER. Rejects when none is. */
export type WebCertificate = () => Promise<string> | string

/** The certificate that whoever listens at an origin presents, whoever has issued it: base64 of DER. */
export const presentedAt = (origin: string, within = 10_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const socket = connect({ host: hostname, port: Number(port) || 443, rejectUnauthorized: false })
    socket.setTimeout(within, () => socket.destroy(new Error(`no certificate within ${within} ms`)))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate()
      socket.destroy()
      resolve(raw.toString('base64'))
    })
  })
