import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import dns from 'node:dns'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import inspector from 'node:inspector'
import nodeModule from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import vm from 'node:vm'
import workerThreads from 'node:worker_threads'

const GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']
const PROCESS = ['binding', '_linkedBinding', '_debugProcess', '_startProfilerIdleNotifier', 'chdir', 'loadEnvFile']

/**
 * Takes from this process what a parser has no use for. Node's own permissions (see `pool/spawn.ts`) hold writing, processes, the inspector
 * and internal bindings; they know no network before Node 25, and nothing of `vm` and `data:` modules.
 */
export function closeDoors(): void {
  close(net.Socket.prototype, ['connect'])
  close(net.Server.prototype, ['listen'])
  close(dgram.Socket.prototype, ['bind', 'connect', 'send'])
  close(dns.Resolver.prototype, functionsOf(dns.Resolver.prototype))
  close(dns.promises.Resolver.prototype, functionsOf(dns.promises.Resolver.prototype))
  for (const module of [dns.promises, dns, http2, tls, dgram, net, childProcess, cluster, inspector, vm]) {
    close(module, functionsOf(module).filter(isAction))
  }
  for (const module of [http, https]) close(module, ['request', 'get', 'createServer'])
  close(childProcess.ChildProcess.prototype, ['spawn'])
  close(workerThreads, ['Worker'])
  close(vm, ['Script', 'SourceTextModule', 'SyntheticModule'])
  close(nodeModule, ['register'])
  close(globalThis, GLOBALS)
  close(process, PROCESS)
  keepSignalsHome()
  keepQuiet()
  nodeModule.registerHooks?.({
    resolve(specifier, context, next) {
      if (/^(data|blob|https?):/i.test(specifier)) throw closed('modules from strings')
      return next(specifier, context)
    },
  })
  nodeModule.syncBuiltinESMExports()
}

/** Classes stay, for `instanceof`: what they do is closed by their prototypes. */
function isAction(name: string): boolean {
  return !/^[A-Z_]/.test(name)
}

function functionsOf(module: object): string[] {
  return Object.getOwnPropertyNames(module).filter(name => {
    const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value
    return typeof value === 'function' && name !== 'constructor'
  })
}

function close(target: object, names: readonly string[]): void {
  for (const name of names) {
    if (!(name in target)) continue
    const value = function shut(): never {
      throw closed(name)
    }
    Object.defineProperty(target, name, { value, enumerable: true, configurable: false, writable: false })
  }
}

function closed(name: string): Error {
  return Object.assign(new Error(`A parser may not use ${name}`), { code: 'ERR_ACCESS_DENIED' })
}

/** Signals go to this process and to no other. */
function keepSignalsHome(): void {
  const kill = process.kill.bind(process)
  const own = (pid: number, signal?: string | number): true => {
    if (pid !== process.pid) throw closed('kill')
    return kill(pid, signal)
  }
  Object.defineProperty(process, 'kill', { value: own, configurable: false, writable: false })
  close(process, ['_kill'])
}

/** What libraries print goes nowhere: it may hold a stranger's words, and nobody reads it. */
function keepQuiet(): void {
  const drop = (_chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    const done = typeof encoding === 'function' ? encoding : callback
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  for (const stream of [process.stdout, process.stderr]) Object.defineProperty(stream, 'write', { value: drop })
}
