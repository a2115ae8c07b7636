import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import type { PictureRecipe } from '../contracts/transformer.ts'
import { makeDerivative } from './make.ts'
import { type CompleteRecipe, completeRecipe, recipeText } from './recipe.ts'

const MAX_TRIES = 5
const MAX_PAUSE_MS = 500

/** One derivative, and what it is made of. */
export interface Wanted {
  readonly asset: AssetRecord
  readonly sourceId: string
  readonly recipe: CompleteRecipe
  /** The recipe's text. */
  readonly role: string
}

type Turn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * The blob of a derivative of the asset's present bytes; made once, however many ask at the same time, in this process or another.
 * @throws StowageError `unprocessable` for a recipe that can't be meant and a file that can't be drawn; `not_found` when the bytes were
 * deleted or replaced; `unsupported` without a transformer; `timeout`, `unavailable` where another try may succeed
 */
export async function ensureDerivative(deps: ServiceDeps, asset: AssetRecord, recipe: PictureRecipe): Promise<BlobRecord> {
  const wanted = wantedOf(asset, completeRecipe(recipe))
  return (await stored(deps, wanted)) ?? share(deps, wanted, work => work())
}

/**
 * The same for somebody who waits for it: a few are made at once, and what has just failed is not tried again.
 * @throws StowageError `unavailable` also when too many wait
 */
export async function derivativeOnDemand(deps: ServiceDeps, asset: AssetRecord, recipe: CompleteRecipe): Promise<BlobRecord> {
  const { turns, failures } = deps.derivatives
  const wanted = wantedOf(asset, recipe)
  const present = await stored(deps, wanted)
  if (present) return present
  failures.rethrow(nameOf(wanted))
  return share(deps, wanted, work => turns.take(work))
}

function wantedOf(asset: AssetRecord, recipe: CompleteRecipe): Wanted {
  if (asset.blobId === null) throw new StowageError('not_found', 'This asset has no bytes of its own.')
  return { asset, sourceId: asset.blobId, recipe, role: recipeText(recipe) }
}

const nameOf = ({ sourceId, role }: Wanted): string => `${sourceId} ${role}`

async function stored(deps: ServiceDeps, { sourceId, role }: Wanted): Promise<BlobRecord | null> {
  const blob = await deps.metadata.getDerivative(sourceId, role)
  return blob?.state === 'stored' ? blob : null
}

function share(deps: ServiceDeps, wanted: Wanted, turn: Turn): Promise<BlobRecord> {
  const { derivatives } = deps
  return derivatives.shared(nameOf(wanted), async () => {
    try {
      return await makeOrWait(deps, wanted, turn)
    } catch (error) {
      derivatives.failures.remember(nameOf(wanted), error)
      throw error
    }
  })
}

async function makeOrWait(deps: ServiceDeps, wanted: Wanted, turn: Turn): Promise<BlobRecord> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const blob = (await turn(() => makeDerivative(deps, wanted))) ?? (await madeElsewhere(deps, wanted))
    if (blob) return blob
  }
  throw new StowageError('unavailable', `The picture ${wanted.role} of asset ${wanted.asset.id} could not be made. Try again.`)
}

/** Waits for whoever has the row. Null: it was given up, or its lease has ended. */
async function madeElsewhere(deps: ServiceDeps, { sourceId, role }: Wanted): Promise<BlobRecord | null> {
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    const blob = await deps.metadata.getDerivative(sourceId, role)
    if (!blob || blob.state === 'stored') return blob
    if (blob.dueAt !== null && blob.dueAt <= deps.clock.now()) {
      await giveUp(deps, blob)
      return null
    }
    await pause(deps, pauseMs)
  }
}

/** Its writer has died, or will find its lease lost; the sweeper removes what it left. */
async function giveUp(deps: ServiceDeps, { id, leaseToken }: BlobRecord): Promise<void> {
  const condemned: Change = {
    op: 'updateBlob',
    id,
    guard: { states: ['writing'], ...(leaseToken !== null && { leaseToken }) },
    set: { state: 'condemned', leaseToken: null, dueAt: deps.clock.now(), purgesLeft: 2 },
  }
  try {
    await deps.metadata.commit([condemned])
  } catch (error) {
    if (!isStowageError(error, 'conflict')) throw error
  }
}

function pause({ clock, derivatives: { ending } }: ServiceDeps, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ending.aborted) return reject(ending.reason)
    const stop = (): void => {
      cancel()
      reject(ending.reason)
    }
    const cancel = clock.after(ms, () => {
      ending.removeEventListener('abort', stop)
      resolve()
    })
    ending.addEventListener('abort', stop, { once: true })
  })
}
