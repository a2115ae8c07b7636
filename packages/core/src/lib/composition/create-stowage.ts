import { createAnnouncements } from '../assets/announcements.ts'
import { createAssetService } from '../assets/asset-service.ts'
import { VERIFY_LANE, verifyType } from '../assets/completion/hand-over.ts'
import { verifyHandler } from '../assets/completion/job.ts'
import { createSlugNumbers } from '../assets/details/slug-numbers.ts'
import { offeredMethods } from '../assets/direct/methods.ts'
import { createAssets } from '../assets/guarded-assets.ts'
import { takesResumable } from '../assets/resumable/offered.ts'
import { resumableDeps } from '../assets/resumable/options.ts'
import type { ServiceDeps, Timing } from '../assets/service.ts'
import { DEFAULT_TIMING } from '../assets/timing.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Processor } from '../contracts/processor.ts'
import { createDownloadCounter } from '../counters/download-counter.ts'
import { createSigners } from '../crypto/signer.ts'
import { createDerivativeWork } from '../derivatives/work.ts'
import { randomKey } from '../kinds/keys.ts'
import type { BoundKind, Kind } from '../kinds/kind.ts'
import { audit } from '../lifecycle/audit/audit.ts'
import { createJobRunner, type JobRunner, type JobRunnerDeps } from '../lifecycle/job-runner.ts'
import { purgeHandlers } from '../lifecycle/purge.ts'
import { createSweeper } from '../lifecycle/sweeper.ts'
import { createGuard, unguarded } from '../policy/guard.ts'
import { PROCESS_LANE, processType } from '../processing/job.ts'
import { processHandler } from '../processing/process.ts'
import { faultOfNames } from '../processing/steps.ts'
import { createWatchers } from '../processing/watchers.ts'
import { redactingLogger } from '../runtime/redacting-logger.ts'
import { allStorages } from '../storage/storage-of.ts'
import type { Stowage } from '../stowage.ts'
import { observedService } from '../telemetry/observed-service.ts'
import { startBackground } from './background.ts'
import { boundKinds } from './bound-kinds.ts'
import { fallback, need, openContainer, resolveOptional } from './container.ts'
import { emitter } from './emitter.ts'
import { openPlaces } from './open-places.ts'
import type { StowageOptions } from './options.ts'
import { resolveStorages } from './storages.ts'
import { tokens } from './tokens.ts'

/**
 * Opens storage and database, and starts the asset layer over them.
 * @throws StowageError `unavailable` when the storage or the database can't be used; `invalid_request` for options that can't be meant
 */
export async function createStowage(options: StowageOptions = {}): Promise<Stowage> {
  const container = openContainer(options)
  const { storage, otherStorages } = resolveStorages(container)
  const metadata = need(container, tokens.metadata, 'metadata')
  const clock = container.resolve(tokens.clock)
  const logger = redactingLogger(container.resolve(tokens.logger))
  const random = container.resolve(tokens.random)
  const telemetry = resolveOptional(container, tokens.telemetry)
  const kinds = boundKinds(options, container.resolve(tokens.ids))
  const processors = resolveOptional(container, tokens.processors) ?? []
  const slots = checkedSlots(processors, options)
  const secrets = await openPlaces({ storage, otherStorages }, metadata, {
    kinds,
    secrets: resolveOptional(container, tokens.secrets),
    random,
  })
  const signers = createSigners(secrets, clock)

  let jobs: JobRunner | undefined
  const timing: Timing = { ...DEFAULT_TIMING, ...options.timing }
  const places = { clock, logger, random, storage, otherStorages, metadata, timing }
  const deps: ServiceDeps = {
    ...places,
    announcements: createAnnouncements(places, () => randomKey(random)),
    downloads: createDownloadCounter(places),
    slugs: createSlugNumbers(metadata),
    signers,
    generator: resolveOptional(container, tokens.generator),
    importer: resolveOptional(container, tokens.importer),
    transformer: resolveOptional(container, tokens.transformer),
    derivatives: createDerivativeWork(clock, options.picturesAtOnce ?? 4, waiting => telemetry?.queue('pictures', waiting)),
    inspectors: resolveOptional(container, tokens.inspectors) ?? [],
    processors,
    scanner: resolveOptional(container, tokens.scanner),
    watchers: createWatchers(),
    defaultKeys: container.resolve(tokens.keys),
    directUploads: { verifyInJobBytes: options.directUploads?.verifyInJobBytes ?? 64 * 1024 * 1024 },
    resumable: resumableDeps(options.resumable ?? {}, clock),
    wakeJobs: lane => jobs?.wake(lane),
    emit: emitter(container.resolve(tokens.events), clock, logger),
  }
  fallback(container, tokens.assetService, () => createAssetService(deps))
  fallback(container, tokens.jobRunner, () =>
    createJobRunner({ clock, logger, random, metadata, telemetry, handlers: handlersOf(deps, kinds), slots }),
  )
  const runner = container.resolve(tokens.jobRunner)
  jobs = runner
  fallback(container, tokens.sweeper, () => createSweeper(deps, kinds, runner))
  const sweeper = container.resolve(tokens.sweeper)
  const plain = container.resolve(tokens.assetService)
  const service = telemetry ? observedService(plain, telemetry) : plain
  const policy = container.resolve(tokens.policy)
  const background = startBackground({ clock, logger, runner, sweeper, metadata }, options)
  const { policyTimeoutMs = 5000 } = options
  return stowageOf({ deps, kinds, service, policy, sweeper, telemetry, policyTimeoutMs, background })
}

/** How many files are processed at once. @throws StowageError `invalid_request` also for processors that can't be told apart */
function checkedSlots(processors: readonly Processor[], { jobsAtOnce = 4 }: StowageOptions): number {
  const fault = faultOfNames(processors.map(({ name }) => name))
  if (fault !== null) throw new StowageError('invalid_request', `createStowage: ${fault}`)
  if (Number.isInteger(jobsAtOnce) && jobsAtOnce >= 1) return jobsAtOnce
  throw new StowageError('invalid_request', `createStowage: \`jobsAtOnce\` must be a whole number from 1, not ${jobsAtOnce}.`)
}

/** Purges go on whatever is processed; a process takes the processing of the kinds that it knows. */
function handlersOf(deps: ServiceDeps, kinds: readonly BoundKind[]): JobRunnerDeps['handlers'] {
  const types = kinds.map(({ name }) => processType(name))
  return {
    ...purgeHandlers(deps),
    [PROCESS_LANE]: { types, handle: processHandler(deps, kinds) },
    [VERIFY_LANE]: { types: kinds.map(({ name }) => verifyType(name)), handle: verifyHandler(deps, kinds) },
  }
}

interface Parts {
  readonly deps: ServiceDeps
  readonly kinds: readonly [BoundKind, ...BoundKind[]]
  readonly service: ReturnType<typeof createAssetService>
  readonly policy: NonNullable<StowageOptions['policy']>
  readonly sweeper: Pick<Stowage, 'sweep'>
  readonly telemetry: Stowage['telemetry']
  readonly policyTimeoutMs: number
  readonly background: { stop(): Promise<void> }
}

function stowageOf({ deps, kinds, service, policy, sweeper, telemetry, policyTimeoutMs, background }: Parts): Stowage {
  const { clock, logger, storage, signers } = deps
  const [firstKind] = kinds
  const kindOf = (wanted: Kind | string | undefined): BoundKind => {
    const name = typeof wanted === 'string' ? wanted : wanted?.name
    const found = name === undefined ? firstKind : kinds.find(kind => kind.name === name)
    if (!found) throw new StowageError('invalid_request', `Kind "${name}" was not given to createStowage.`)
    return found
  }
  const unbound = { kind: firstKind, space: null, spaces: null }
  const guardDeps = { clock, logger, policyTimeoutMs }
  let closing: Promise<void> | undefined
  return {
    kinds,
    clock,
    logger,
    telemetry,
    storage,
    canImport: deps.importer !== null,
    canSignUploads: offeredMethods(storage).length > 0,
    canResumeUploads: takesResumable(storage),
    as: actor =>
      createAssets(
        { service, kindOf, guardFor: (kind, who, space) => createGuard(guardDeps, kind.policy ?? policy, who, space) },
        { ...unbound, actor },
      ),
    trusted: createAssets({ service, kindOf, guardFor: () => unguarded }, { ...unbound, actor: null }),
    openLink: (token, options) => service.openLink(token, kinds, options),
    signer: purpose => signers(`user:${purpose}`),
    sweep: options => sweeper.sweep(options),
    audit: options => audit(deps, options),
    close() {
      closing ??= closeAll(deps, background)
      return closing
    },
  }
}

async function closeAll(deps: ServiceDeps, background: { stop(): Promise<void> }): Promise<void> {
  const { metadata, announcements, downloads, derivatives, importer } = deps
  // Imports that are under way would else be waited for.
  await importer?.close?.()
  await background.stop()
  await derivatives.close()
  await Promise.all([announcements.close(), downloads.close(), closeTools(deps)])
  await Promise.all([...allStorages(deps).map(async storage => storage.close?.()), metadata.close()])
}

/** One that fails to close keeps nobody else from it. */
async function closeTools({ processors, scanner, transformer, logger }: ServiceDeps): Promise<void> {
  const tools = [...processors, scanner, transformer].filter(tool => tool !== null)
  const closed = await Promise.allSettled(tools.map(async tool => tool.close?.()))
  for (const result of closed) {
    if (result.status === 'rejected') logger.error('What processes files did not close.', { error: result.reason })
  }
}
