import type { MetadataStore, ObjectContent, StorageAdapter, StorageBody } from '@stowage/core/contracts'
import type { FaultRule } from './fault.ts'
import { type FaultControls, FaultPlan, type StreamPorts } from './fault-plan.ts'
import { faultyStream } from './faulty-stream.ts'

const bodyAt = (index: number): StreamPorts => ({
  takes: (args, faults) => args.map((arg, i) => (i === index ? faultyStream(arg as StorageBody, faults) : arg)),
})

const content: StreamPorts = {
  gives: (result, faults) => ({ ...(result as ObjectContent), body: faultyStream((result as ObjectContent).body, faults) }),
  drop: async result => {
    await (result as ObjectContent).body[Symbol.asyncIterator]().return?.()
  },
}

const file: StreamPorts = {
  drop: async result => {
    await (result as { handle: { close(): Promise<void> } } | null)?.handle.close()
  },
}

const PORTS: Readonly<Record<string, StreamPorts>> = {
  put: bodyAt(1),
  'multipart.putPart': bodyAt(1),
  get: content,
  localFile: file,
}

const STORAGE_OPS: ReadonlySet<string> = new Set([
  'open',
  'put',
  'get',
  'head',
  'delete',
  'list',
  'copy',
  'presignGet',
  'presignPut',
  'presignPost',
  'localFile',
  'close',
])

/**
 * Wraps a storage adapter so that chosen calls fail, wait, or lose and damage bytes. Every operation can be struck, those of
 * `multipart` by names such as `multipart.complete`; each call is recorded. Bytes read through `localFile` are not damaged.
 */
export function withFaults<T extends StorageAdapter>(adapter: T, rules: readonly FaultRule[] = []): T & FaultControls {
  return wrap(adapter, new FaultPlan(rules), name => STORAGE_OPS.has(name))
}

/** The same for a metadata store: `failAfter` on `commit` is a commit whose answer is lost. */
export function withMetadataFaults<T extends MetadataStore>(store: T, rules: readonly FaultRule[] = []): T & FaultControls {
  return wrap(store, new FaultPlan(rules), name => name !== 'watchJobs')
}

type IsOperation = (name: string) => boolean

function wrap<T extends object>(target: T, plan: FaultPlan, isOperation: IsOperation): T & FaultControls {
  const controls: FaultControls = plan
  return new Proxy(target, {
    get(of, name) {
      if (name === 'calls' || name === 'inject' || name === 'heal') return controls[name]
      const member: unknown = Reflect.get(of, name)
      if (name === 'multipart' && typeof member === 'object' && member !== null) return wrapMultipart(member, plan)
      if (typeof member !== 'function' || typeof name !== 'string' || !isOperation(name)) return member
      return operation(of, member as Operation, name, plan)
    },
  }) as T & FaultControls
}

function wrapMultipart(multipart: object, plan: FaultPlan): object {
  return new Proxy(multipart, {
    get(of, name) {
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? operation(of, member as Operation, `multipart.${String(name)}`, plan) : member
    },
  })
}

type Operation = (...args: readonly unknown[]) => unknown

function operation(of: object, member: Operation, op: string, plan: FaultPlan): Operation {
  return (...args) => plan.run(op, args, given => Reflect.apply(member, of, given), PORTS[op])
}
