import { registerHooks, syncBuiltinESMExports } from 'node:module'

type Module = Record<string, unknown>

// TLS, HTTP, HTTP/2 and WebSocket all connect and listen through `net`: to load them only to close them takes 10 MB and longer than all else.
const MODULES: readonly (readonly [string, 'functions' | readonly string[]])[] = [
  ['node:net', 'functions'],
  ['node:dgram', 'functions'],
  ['node:dns', 'functions'],
  ['node:child_process', 'functions'],
  ['node:vm', 'functions'],
  ['node:vm', ['Script', 'SourceTextModule', 'SyntheticModule']],
  ['node:worker_threads', ['Worker']],
  ['node:module', ['register']],
]
const CLASSES: readonly (readonly [string, string, 'methods' | readonly string[]])[] = [
  ['node:net', 'Socket', ['connect']],
  ['node:net', 'Server', ['listen']],
  ['node:dgram', 'Socket', ['bind', 'connect', 'send']],
  ['node:dns', 'Resolver', 'methods'],
  ['node:child_process', 'ChildProcess', ['spawn']],
]
const GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']
const PROCESS = ['binding', '_linkedBinding', '_debugProcess', '_startProfilerIdleNotifier', 'chdir', 'loadEnvFile']

/**
 * Takes from this process what a parser has no use for. Node's own permissions (see `pool/spawn.ts`) hold writing, processes, the inspector
 * and internal bindings; they know no network before Node 25, and nothing of `vm` and `data:` modules.
 */
export function closeDoors(): void {
  for (const [module, names] of MODULES) close(builtin(module), names === 'functions' ? actionsOf(builtin(module)) : names)
  for (const [module, name, methods] of CLASSES) {
    const { prototype } = builtin(module)[name] as { readonly prototype: Module }
    close(prototype, methods === 'methods' ? actionsOf(prototype) : methods)
  }
  const { promises } = builtin('node:dns') as {
    readonly promises: Module & { readonly Resolver: { readonly prototype: Module } }
  }
  close(promises.Resolver.prototype, actionsOf(promises.Resolver.prototype))
  close(promises, actionsOf(promises))
  close(globalThis, GLOBALS)
  close(process, PROCESS)
  keepSignalsHome()
  keepQuiet()
  // From Node 22.15 on.
  registerHooks?.({
    resolve(specifier, context, next) {
      if (/^(data|blob|https?):/i.test(specifier)) throw closed('modules from strings')
      return next(specifier, context)
    },
  })
  syncBuiltinESMExports()
}

/** Without an import, which would evaluate lazy parts that nobody needs. */
function builtin(name: string): Module {
  return process.getBuiltinModule(name) as Module
}

/** Functions; classes stay, for `instanceof`, and what they do is closed by their prototypes. */
function actionsOf(module: object): string[] {
  return Object.getOwnPropertyNames(module).filter(name => {
    const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value
    return typeof value === 'function' && name !== 'constructor' && !/^[A-Z_]/.test(name)
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
  for (const name of ['kill', '_kill']) {
    const kill = (process as unknown as Record<string, (pid: number, signal?: unknown) => unknown>)[name]?.bind(process)
    const own = (pid: number, signal?: unknown): unknown => {
      if (pid !== process.pid) throw closed('kill')
      return kill?.(pid, signal)
    }
    Object.defineProperty(process, name, { value: own, configurable: false, writable: false })
  }
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
