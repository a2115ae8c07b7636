import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError, type StowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { suffixFilename } from '../../kinds/filename.ts'
import type { Kind } from '../../kinds/kind.ts'
import { PROCESS_LANE, processChanges } from '../../processing/job.ts'
import type { Admission } from '../admission/admission.ts'
import { slugOf } from '../details/slug.ts'
import type { SlugTries } from '../details/slug-numbers.ts'
import { slugTaken } from '../details/slug-taken.ts'
import type { ServiceDeps } from '../service.ts'

const MAX_NAME_TRIES = 5
/** Each is lost to another process that makes assets of the same title at the same time. */
const MAX_SLUG_TRIES = 100

/** What belongs into the commit of a new asset besides its row. */
export interface Publication {
  /** Of `admitted`: settles usage, quota and key. */
  readonly admission: Admission
  /** What else that commit does, of the asset under the name that is tried. */
  readonly others?: (ready: AssetRecord) => readonly Change[]
}

/**
 * One commit makes the asset and the space's usage what they are. A name that is taken is tried again under another, and so is a slug that nobody asked
 * for.
 * @throws StowageError `already_exists` for a slug that was asked for
 */
export async function publish(
  deps: ServiceDeps,
  kind: Kind,
  wanted: AssetRecord,
  publication: Publication,
): Promise<AssetRecord> {
  const slugs = kind.slugs && wanted.slug === null ? deps.slugs.open(wanted, slugOf(wanted)) : null
  try {
    return await publishNamed(deps, slugs ? { ...wanted, slug: await slugs.next() } : wanted, slugs, publication)
  } finally {
    slugs?.close()
  }
}

async function publishNamed(
  deps: ServiceDeps,
  wanted: AssetRecord,
  slugs: SlugTries | null,
  publication: Publication,
): Promise<AssetRecord> {
  const { admission, others } = publication
  let ready = wanted
  for (const tries = { uniqueName: 1, slug: 1 }; ; ) {
    const batch: Change[] = [
      { op: 'insertAsset', asset: ready },
      ...(others?.(ready) ?? []),
      ...admission.settle(ready),
      ...processChanges(deps, ready),
    ]
    try {
      await deps.metadata.commit(batch)
      deps.emit('asset.ready', ready)
      if (ready.processing === 'pending') deps.wakeJobs(PROCESS_LANE)
      return ready
    } catch (error) {
      if (isTaken(error, 'slug')) {
        if (!slugs || tries.slug >= MAX_SLUG_TRIES) throw slugTaken(ready.slug, error)
        tries.slug += 1
        ready = { ...ready, slug: await slugs.next() }
      } else {
        if (tries.uniqueName >= MAX_NAME_TRIES || !wanted.uniqueName || !isTaken(error, 'uniqueName')) throw error
        tries.uniqueName += 1
        const filename = suffixFilename(wanted.uniqueName, hex(deps.random(4)))
        ready = { ...ready, filename, uniqueName: filename }
      }
    }
  }
}

function isTaken(error: unknown, constraint: 'uniqueName' | 'slug'): error is StowageError {
  return isStowageError(error, 'already_exists') && error.details.constraint === constraint
}
