import type { BoundKind } from '../kinds/kind.ts'
import type { ServiceDeps } from './service.ts'

/** A new stored id of this kind. */
export async function newId(deps: Pick<ServiceDeps, 'clock' | 'metadata' | 'random'>, kind: BoundKind): Promise<string> {
  return kind.ids.create({
    now: deps.clock.now(),
    kind: kind.name,
    random: deps.random,
    nextInSequence: name => deps.metadata.nextInSequence(name),
  })
}
