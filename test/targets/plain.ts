import { readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Provision } from '../../fixtures/world/provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { serve } from '../../harness/wire/serve.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'

/**
 * The reference broker on a port where it hears TLS and plain HTTP, and answers the latter in the way that its first argument
 * names: `serves` it like the former, sends it `to-https` or `away`, or `refuses` it.
 */
const [way = '', port = '', provision = '', cert = '', key = '', ca = ''] = process.argv.slice(2)
const read = (path: string) => readFileSync(path, 'utf8')
const origin = `https://127.0.0.1:${port}`
const clock = { now: () => Date.now() }
const wire = makeBroker(JSON.parse(read(provision)) as Provision, {
  origin,
  clock,
  wire: httpsWire({ ca: [read(ca)] }),
})
const secure = await serve(wire, { cert: read(cert), key: read(key) })

type Plain = { status: number; headers: [string, string][]; body: Uint8Array | string }
const answerTo = async (method: string, rawPath: string): Promise<Plain> => {
  if (way === 'serves') return wire({ method, origin, rawPath, headers: [] })
  if (way === 'refuses') return { status: 400, headers: [], body: 'The plain HTTP request was sent to HTTPS port' }
  return {
    status: 301,
    headers: [['location', way === 'away' ? 'http://elsewhere.test/' : origin + rawPath]],
    body: '',
  }
}
const plain = createHttp(({ method = 'GET', url = '/' }, response) => {
  void answerTo(method, url).then(({ status, headers, body }) => response.writeHead(status, headers.flat()).end(body))
}).listen(0, '127.0.0.1')

const handshake = 22
createServer((socket: Socket) => {
  socket.on('error', () => socket.destroy())
  socket.once('data', (first: Buffer) => {
    const to = connect(first[0] === handshake ? secure.port : (plain.address() as AddressInfo).port, '127.0.0.1')
    to.on('error', () => socket.destroy())
    to.write(first)
    socket.pipe(to).pipe(socket)
  })
}).listen(Number(port), '127.0.0.1')
