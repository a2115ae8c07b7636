import type { Asset } from '../src/lib/assets/interface/asset.ts'
import type { Transformer } from '../src/lib/contracts/transformer.ts'
import { ownerOnly } from '../src/lib/policy/ready-made.ts'
import { openStowage, readAll } from './open-stowage.ts'
import { picture, sharpTransformer } from './sharp-transformer.ts'

export const alice = { id: 'alice' }
export const thumb = { width: 40, height: 40 }
export const DERIVATIVES = {
  policy: ownerOnly(),
  processing: { derivatives: { thumb, wide: { width: 80, format: 'jpeg' } } },
} as const
export const HOUR = 60 * 60 * 1000

export type World = Awaited<ReturnType<typeof open>>

export async function open(options: Parameters<typeof openStowage>[0] = {}) {
  const transformer = sharpTransformer()
  const world = await openStowage({ ...DERIVATIVES, transformer, ...options })
  return { ...world, made: transformer.made, assets: world.stowage.as(alice) }
}

export const upload = async ({ assets }: Pick<World, 'assets'>, width = 200, height = 100): Promise<Asset> =>
  assets.upload({ body: await picture(width, height), filename: 'photo.png' })

export const thumbOf = async ({ assets }: Pick<World, 'assets'>, { id }: Pick<Asset, 'id'>, name = 'thumb') => {
  const content = await assets.derivative({ id }, name)
  return { asset: content.asset, bytes: await readAll((await content.open()).body) }
}

/** All rows of the blobs of an asset, originals first. */
export const rows = async ({ metadata }: World, { id }: Pick<Asset, 'id'>) =>
  [...(await metadata.listBlobs(String(id)))].sort((a, b) => Number(a.sourceId !== null) - Number(b.sourceId !== null))

/** A transformer that stands until it is told to go on. */
export function held(): Transformer & { readonly begun: Promise<void>; go(): void } {
  const inner = sharpTransformer()
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    ...inner,
    begun: begun.promise,
    go: released.resolve,
    async transform(...args) {
      begun.resolve()
      await released.promise
      return inner.transform(...args)
    },
  }
}

/** Takes away the jobs that would make what the kind declares: here, pictures are made when somebody asks for them. */
async function leaveToReaders({ metadata, clock }: World): Promise<void> {
  const claim = { types: ['process:asset'], now: clock.now(), leaseMs: HOUR, leaseToken: 'taken', limit: 1000 }
  const jobs = await metadata.claimJobs(claim)
  if (jobs.length === 0) return
  await metadata.commit(jobs.map(({ id }) => ({ op: 'deleteJob', id, guard: { leaseToken: 'taken' } })))
}

/** What was condemned is removed, however often that takes. */
export async function sweepAll(world: World): Promise<void> {
  const { stowage, clock } = world
  await leaveToReaders(world)
  for (let hours = 0; hours < 3; hours++) {
    await clock.advance(2 * HOUR)
    await stowage.sweep()
  }
}
