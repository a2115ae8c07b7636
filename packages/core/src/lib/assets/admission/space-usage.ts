import type { SpaceUsage } from '../interface/asset.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { quotaOf } from './quota.ts'

/** How full a space is. Of what is used and what is kept, neither is counted twice, nor missed, by more than what is settled meanwhile. */
export async function spaceUsage(deps: ServiceDeps, scope: ServiceScope): Promise<SpaceUsage> {
  const { metadata, clock } = deps
  const kind = scope.kind.name
  const space = scope.space?.id ?? ''
  const [used, reserved, quota] = await Promise.all([
    metadata.getUsage(kind, space),
    metadata.getReserved(kind, space, clock.now()),
    quotaOf(deps, scope, space),
  ])
  return { used, reserved, quota }
}
