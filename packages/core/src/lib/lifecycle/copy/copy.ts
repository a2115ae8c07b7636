import type { MaintenanceDeps } from '../audit/audit-run.ts'
import { cleanUp } from './clean.ts'
import { copyObject } from './copy-object.ts'
import { add, type CopyRun, newCopyRun, nothing, progressed, roleOfCopy } from './copy-run.ts'
import { assertTwoPlaces } from './places.ts'
import type { CopyOptions, CopyReport } from './report.ts'
import { count, sources, stillThere } from './rows.ts'

/** More are never needed unless something fails again and again, or a service goes on writing to the old storage. */
const MAX_PASSES = 8
const MAX_FINDINGS = 1000
const NOTHING_LEFT: CopyReport['left'] = { objects: 0, uploads: 0, removals: 0 }

/**
 * Copies objects from storages to another one, verified by the size and SHA-256 of their rows, and switches the rows where that is asked for. Safe
 * while the service runs, to be ended at any moment, and to be started again: each copy has a row of its own, written before the object, which says
 * how far it is and goes with its asset.
 * @throws StowageError `invalid_request` for options that can't be meant; what keeps every object from being copied
 */
export async function copy(deps: MaintenanceDeps, options: CopyOptions): Promise<CopyReport> {
  const ending = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal
  const run = newCopyRun(deps, options, signal)
  const startedAt = deps.clock.now()
  let left = NOTHING_LEFT
  const complete = await untilAborted(run, async () => {
    await count(run)
    if (options.dryRun) {
      left = await wouldCopy(run)
      return
    }
    await assertTwoPlaces(run)
    await passes(run, ending)
    await cleanUp(run)
    left = options.switch ? await stillThere(run) : { ...NOTHING_LEFT, objects: findingsOf(run).length }
  })
  return reportOf(run, { complete, startedAt, left })
}

function reportOf(run: CopyRun, rest: Pick<CopyReport, 'complete' | 'startedAt' | 'left'>): CopyReport {
  const { deps, options, to, from, counted, copied, skipped, switched, removed } = run
  const findings = findingsOf(run)
  return {
    ...rest,
    dryRun: options.dryRun ?? false,
    from: from.map(({ name }) => name),
    to: to.name,
    endedAt: deps.clock.now(),
    counted,
    copied,
    skipped,
    switched,
    removed,
    total: findings.length,
    findings: findings.slice(0, options.maxFindings ?? MAX_FINDINGS),
  }
}

const findingsOf = ({ faults, setbacks }: CopyRun): CopyReport['findings'] => [...faults.values(), ...setbacks.values()]

/** Until a pass finds nothing to do: each sees what came while the one before it went on. */
async function passes(run: CopyRun, ending: AbortController): Promise<void> {
  while (run.pass < MAX_PASSES) {
    const before = doneIn(run)
    run.pass += 1
    run.setbacks = new Map()
    run.done = nothing()
    await onePass(run, ending)
    const moved = doneIn(run) > before
    if (!moved && (run.setbacks.size === 0 || run.pass > 2)) return
  }
}

const doneIn = ({ copied, switched }: CopyRun): number => copied.objects + switched.objects

async function onePass(run: CopyRun, ending: AbortController): Promise<void> {
  const rows = sources(run)
  const worker = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await rows.next()
      if (done || !value) return
      run.signal.throwIfAborted()
      if (!run.faults.has(value.blob.id)) await copyObject(run, value.source, value.blob)
      add(run.done, value.blob)
      progressed(run, 'copy')
    }
  }
  const workers = Array.from({ length: run.options.concurrency ?? 4 }, async () => {
    try {
      await worker()
    } catch (error) {
      // The others need not go on, and nothing is closed under them.
      ending.abort(error)
      throw error
    }
  })
  const ended = await Promise.allSettled(workers)
  const failed = ended.find(result => result.status === 'rejected')
  if (failed) throw run.options.signal?.aborted ? failed.reason : ending.signal.reason
}

async function wouldCopy(run: CopyRun): Promise<CopyReport['left']> {
  let objects = 0
  for await (const { blob } of sources(run)) {
    const there = await run.deps.metadata.getBlobByKey(run.to.name, blob.key)
    if (there?.state === 'stored' && there.role === roleOfCopy(run.to.name, blob)) add(run.skipped, blob)
    else objects += 1
    add(run.done, blob)
    progressed(run, 'copy')
  }
  return { ...NOTHING_LEFT, objects }
}

/** False where the caller ended it; anything else that fails is thrown. */
async function untilAborted({ options }: CopyRun, work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (options.signal?.aborted) return false
    throw error
  }
}
