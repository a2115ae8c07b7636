import type { Inspection } from '../contracts/inspector.ts'
import type { Change } from '../contracts/metadata.ts'
import type { Processor, StoredFile } from '../contracts/processor.ts'
import type { Scanner } from '../contracts/scanner.ts'
import { namedRecipe } from '../derivatives/derivative-content.ts'
import { ensureDerivative } from '../derivatives/ensure.ts'
import { notFound } from '../policy/guard.ts'
import type { Attempt } from './attempt.ts'
import type { Reports } from './reports.ts'
import { toolsFor } from './tools.ts'

/** What a step has found, and what else is to be written with it. */
export interface Found {
  readonly facts?: Inspection | null
  readonly changes?: readonly Change[]
  /** The step is done, and its finding is bad news: what a user is told. */
  readonly failure?: string
}

/** A part of the work that is done, tried again, or failed by itself. */
export interface Step {
  readonly name: string
  /** Where it is not passed, no later step is begun. */
  readonly decides: boolean
  /** What is to be written when there is no hope that it is ever passed. */
  readonly hopeless: readonly Change[]
  run(file: StoredFile, reports: Reports): Promise<Found>
}

const SCAN = 'scan'

/** What is to be done with the attempt's file, in its order. */
export function stepsOf(attempt: Attempt): readonly Step[] {
  const { deps, kind, record } = attempt
  const { scanner, processors, derivatives } = toolsFor(deps, kind, record.contentType ?? 'application/octet-stream')
  return [
    ...(scanner ? [scanStep(attempt, scanner)] : []),
    ...processors.map(processor => processorStep(attempt, processor)),
    ...derivatives.map(name => derivativeStep(attempt, name)),
  ]
}

function scanStep({ blob }: Attempt, scanner: Scanner): Step {
  const verdict = (scan: 'clean' | 'rejected'): readonly Change[] => [
    { op: 'updateBlob', id: blob.id, guard: { states: ['stored'] }, set: { scan } },
  ]
  return {
    name: SCAN,
    decides: true,
    hopeless: verdict('rejected'),
    async run(file) {
      if (blob.scan === 'clean') return {}
      const result = await scanner.scan(file)
      // Nothing but a clear yes will do.
      if (result.clean === true) return { changes: verdict('clean') }
      return { changes: verdict('rejected'), failure: `Malware was found: ${result.reason}.` }
    },
  }
}

function processorStep(attempt: Attempt, processor: Processor): Step {
  const { name } = processor
  return {
    name,
    decides: false,
    hopeless: [],
    async run(file, reports) {
      const resume = attempt.memory.resume[name] ?? null
      return { facts: await processor.process({ ...file, resume, report: report => reports.take(report) }) }
    },
  }
}

/** Names of processors hold no colon, so that no step has the name of another. */
function derivativeStep(attempt: Attempt, name: string): Step {
  return {
    name: `derivative:${name}`,
    decides: false,
    hopeless: [],
    async run() {
      const recipe = namedRecipe(attempt.kind, name)
      if (!recipe) throw notFound()
      await ensureDerivative(attempt.deps, attempt.record, recipe)
      return {}
    },
  }
}

/** Why these can't be the processors, or null. */
export function faultOfNames(names: readonly string[]): string | null {
  const bad = names.find(name => name === SCAN || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
  if (bad !== undefined)
    return `"${bad}" is no name for a processor: 1 to 64 letters, digits, dots, hyphens and underscores, not "${SCAN}".`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? null : `Two processors are named "${twice}".`
}
