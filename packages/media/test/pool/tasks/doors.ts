import childProcess from 'node:child_process'
import dgram from 'node:dgram'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import inspector from 'node:inspector'
import nodeModule from 'node:module'
import net, { connect } from 'node:net'
import tls from 'node:tls'
import vm from 'node:vm'
import { Worker } from 'node:worker_threads'
import type { Task } from '../../../src/lib/pool/task.ts'

export interface DoorsOptions {
  /** Where a server listens. */
  readonly port: number
  /** A folder that anyone could write to. */
  readonly folder: string
}

const settled = async (promise: Promise<unknown>): Promise<unknown> => promise
const arrived = (socket: net.Socket): Promise<unknown> =>
  new Promise((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('error', reject)
  })

const doors: Record<string, (options: DoorsOptions) => unknown> = {
  'net.connect': ({ port }) => arrived(net.connect(port, '127.0.0.1')),
  'a named import of net': ({ port }) => arrived(connect(port, '127.0.0.1')),
  'Socket.connect': ({ port }) => arrived(new net.Socket().connect(port, '127.0.0.1')),
  'tls.connect': ({ port }) => arrived(tls.connect(port, '127.0.0.1')),
  'http.get': ({ port }) => new Promise((resolve, reject) => http.get({ port }, resolve).on('error', reject)),
  'a request of its own class': ({ port }) =>
    new Promise((resolve, reject) => new http.ClientRequest({ port }).on('response', resolve).on('error', reject).end()),
  'http2.connect': ({ port }) =>
    new Promise((resolve, reject) => http2.connect(`http://127.0.0.1:${port}`).on('connect', resolve).on('error', reject)),
  fetch: ({ port }) => fetch(`http://127.0.0.1:${port}`),
  WebSocket: ({ port }) => new WebSocket(`ws://127.0.0.1:${port}`),
  "http's WebSocket": ({ port }) =>
    new Promise((resolve, reject) => {
      const socket = new http.WebSocket(`ws://127.0.0.1:${port}`)
      socket.onopen = resolve
      socket.onerror = () => reject(Object.assign(new Error('Refused'), { code: 'ERR_ACCESS_DENIED' }))
    }),
  'a datagram': ({ port }) =>
    new Promise((resolve, reject) => dgram.createSocket('udp4').send('x', port, '127.0.0.1', e => (e ? reject(e) : resolve(0)))),
  'dns.lookup': () => new Promise((resolve, reject) => dns.lookup('localhost', e => (e ? reject(e) : resolve(0)))),
  'dns.promises': () => dns.promises.lookup('localhost'),
  'a resolver': () => new dns.promises.Resolver().resolve4('localhost'),
  listening: () => net.createServer().listen(0, '127.0.0.1'),
  'a module asked for later': ({ port }) => arrived(process.getBuiltinModule('node:net').createConnection(port, '127.0.0.1')),
  'internal bindings': () => (process as unknown as { binding(name: string): unknown }).binding('tcp_wrap'),
  'writing a file': ({ folder }) => fs.writeFileSync(`${folder}/written`, 'x'),
  'writing by a promise': ({ folder }) => fs.promises.writeFile(`${folder}/written`, 'x'),
  'a stream to a file': ({ folder }) =>
    new Promise((resolve, reject) => fs.createWriteStream(`${folder}/written`).on('open', resolve).on('error', reject)),
  'making a folder': ({ folder }) => fs.mkdirSync(`${folder}/made`),
  'removing a folder': ({ folder }) => fs.rmdirSync(folder),
  'a link': ({ folder }) => fs.symlinkSync('/', `${folder}/link`),
  'a report': ({ folder }) => process.report.writeReport(`${folder}/report`),
  spawn: () => childProcess.spawn('true'),
  spawnSync: () => childProcess.spawnSync('true').pid,
  execSync: () => childProcess.execSync('true'),
  fork: () => childProcess.fork('x'),
  'a thread': () => new Worker('0', { eval: true }),
  inspector: () => inspector.open(0),
  // biome-ignore lint/security/noGlobalEval: it is what must fail
  eval: () => globalThis.eval('1'),
  'a function from a string': () => new Function('return 1')(),
  'an async function from a string': () => (async () => undefined).constructor('return 1')(),
  'vm.runInThisContext': () => vm.runInThisContext('1'),
  'vm.Script': () => new vm.Script('1'),
  'a module from a string': () => import(`data:text/javascript,export default ${1}`),
  'hooks of modules': () => nodeModule.register('data:text/javascript,'),
  'a signal to the parent': () => process.kill(process.ppid, 0),
  'a signal to the group': () => process.kill(0, 0),
}

/** Tries every door, and says what became of it: the error's words, or `open`. */
const tryDoors: Task<DoorsOptions, { doors: Record<string, string>; env: object; stdin: string }> = async (_file, options) => {
  const tried: Record<string, string> = {}
  for (const [name, attempt] of Object.entries(doors)) {
    try {
      await settled(Promise.resolve(attempt(options)))
      tried[name] = 'open'
    } catch (error) {
      tried[name] = String((error as NodeJS.ErrnoException).code ?? (error as Error).message)
    }
  }
  return { doors: tried, env: { ...process.env }, stdin: fs.readFileSync(0, 'utf8') }
}
export default tryDoors
