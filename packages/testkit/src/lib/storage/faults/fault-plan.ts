import type { Fault, FaultRule } from './fault.ts'
import { isStreamFault, type StreamFault } from './faulty-stream.ts'

/** One call that was made, and how it ended so far. */
export interface RecordedCall {
  readonly op: string
  readonly args: readonly unknown[]
  outcome: 'pending' | 'resolved' | 'rejected'
}

/** What is to go wrong, and what was called. May be changed while the wrapped thing is in use. */
export interface FaultControls {
  /** All calls so far, in the order they began. */
  readonly calls: readonly RecordedCall[]
  /** Adds a rule; the function takes it away again. */
  inject(rule: FaultRule): () => void
  /** Takes all rules away. Calls that wait go on waiting. */
  heal(): void
}

/** How the bytes that a call takes and gives can be reached. */
export interface StreamPorts {
  readonly takes?: (args: readonly unknown[], faults: readonly StreamFault[]) => readonly unknown[]
  readonly gives?: (result: unknown, faults: readonly StreamFault[]) => unknown
  /** Lets go of a result that the caller will never see. */
  readonly drop?: (result: unknown) => Promise<void>
}

interface ActiveRule {
  readonly rule: FaultRule
  seen: number
}

/** Decides for each call which faults strike it, and applies them. */
export class FaultPlan implements FaultControls {
  readonly calls: RecordedCall[] = []
  readonly #active = new Set<ActiveRule>()

  constructor(rules: readonly FaultRule[]) {
    for (const rule of rules) this.inject(rule)
  }

  inject = (rule: FaultRule): (() => void) => {
    const active = { rule, seen: 0 }
    this.#active.add(active)
    return () => {
      this.#active.delete(active)
    }
  }

  heal = (): void => this.#active.clear()

  async run(op: string, args: readonly unknown[], invoke: (args: readonly unknown[]) => unknown, ports: StreamPorts = {}) {
    const call: RecordedCall = { op, args, outcome: 'pending' }
    this.calls.push(call)
    try {
      const result = await this.#apply(this.#strike(op, args), args, invoke, ports)
      call.outcome = 'resolved'
      return result
    } catch (error) {
      call.outcome = 'rejected'
      throw error
    }
  }

  #strike(op: string, args: readonly unknown[]): readonly Fault[] {
    const faults: Fault[] = []
    for (const active of this.#active) {
      const { on, nth, where, fault } = active.rule
      if ((on !== '*' && on !== op) || (where && !where(...args))) continue
      active.seen += 1
      if (nth === undefined || nth === active.seen) faults.push(fault)
    }
    return faults
  }

  async #apply(
    faults: readonly Fault[],
    args: readonly unknown[],
    invoke: (args: readonly unknown[]) => unknown,
    ports: StreamPorts,
  ) {
    const streams = faults.filter(isStreamFault)
    await meet(faults, 'before')
    const taken = streams.length > 0 && ports.takes ? ports.takes(args, streams) : args
    const result = await invoke(taken)
    try {
      await meet(faults, 'after')
    } catch (error) {
      await ports.drop?.(result)
      throw error
    }
    return streams.length > 0 && ports.gives ? ports.gives(result, streams) : result
  }
}

async function meet(faults: readonly Fault[], when: 'before' | 'after'): Promise<void> {
  for (const fault of faults) if (fault.kind === 'wait' && fault.when === when) await fault.until()
  const kind = when === 'before' ? 'failBefore' : 'failAfter'
  for (const fault of faults) if (fault.kind === kind) throw fault.error
}
