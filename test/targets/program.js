// A target program that misbehaves in the way its first argument names. It notes its process id in the file of the second.
import { createServer as createTls } from 'node:https'
import { createServer as createTcp } from 'node:net'
import { readFileSync, writeFileSync } from 'node:fs'

const [way, note, port, cert, key] = process.argv.slice(2)
if (note) writeFileSync(note, String(process.pid))
const tls = () => ({ cert: readFileSync(cert), key: readFileSync(key) })
const ways = {
  'ends-early': () => {
    console.error('cannot open the database')
    process.exit(7)
  },
  'never-listens': () => setInterval(() => undefined, 1000),
  garbage: () => createTcp((socket) => socket.end('220 smtp.example ESMTP ready\r\n')).listen(port, '127.0.0.1'),
  closes: () => createTcp((socket) => socket.destroy()).listen(port, '127.0.0.1'),
  // Ready, deaf to polite requests to stop, and silent to everything else.
  silent: () => {
    process.on('SIGTERM', () => undefined)
    createTls(tls(), (request, response) => request.url === '/health' && response.end('ok')).listen(port, '127.0.0.1')
  },
}
ways[way]()
