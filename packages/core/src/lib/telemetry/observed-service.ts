import type { AssetContent } from '../assets/interface/reading.ts'
import type { AssetService, ServiceScope } from '../assets/service.ts'
import type { Activity, ActivityEnd, Telemetry } from '../contracts/telemetry.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { observe } from './observe.ts'

/** How each operation is told of. `none`: it is part of every other one, or asks nobody. */
const OPERATIONS: Readonly<Record<keyof AssetService, 'stores' | 'opens' | 'plain' | 'none'>> = {
  upload: 'stores',
  generate: 'stores',
  import: 'stores',
  create: 'stores',
  stage: 'stores',
  replaceContent: 'stores',
  beginUpload: 'plain',
  getUpload: 'plain',
  presignParts: 'plain',
  completeUpload: 'plain',
  abortUpload: 'plain',
  createResumable: 'plain',
  getResumable: 'plain',
  resumableOffset: 'plain',
  appendResumable: 'plain',
  abortResumable: 'plain',
  usage: 'plain',
  list: 'plain',
  update: 'plain',
  delete: 'plain',
  content: 'opens',
  derivative: 'opens',
  openLink: 'opens',
  find: 'none',
  downloads: 'none',
  createLink: 'none',
  signLink: 'none',
}

type Operation = (...args: readonly unknown[]) => Promise<unknown>

/** The same service, of whose operations `telemetry` is told: kind, duration, bytes, outcome. */
export function observedService(service: AssetService, telemetry: Telemetry): AssetService {
  const observed = Object.entries(OPERATIONS).map(([name, how]) => {
    const method = service[name as keyof AssetService].bind(service) as Operation
    if (how === 'none') return [name, method]
    const operation: Operation = async (...args) => {
      const activity = activityOf(name, args[0])
      const result = await observe(telemetry, activity, () => method(...args), how === 'stores' ? stored : undefined)
      return how === 'opens' ? opening(result as AssetContent, telemetry, activity) : result
    }
    return [name, operation]
  })
  return Object.fromEntries(observed) as AssetService
}

function activityOf(name: string, first: unknown): Activity {
  // A signed link names its asset by itself: its kind is known only behind it.
  if (typeof first !== 'object') return { area: 'asset', name }
  const kind = (first as Partial<ServiceScope>).kind ?? (first as BoundKind)
  return { area: 'asset', name, attributes: { 'stowage.kind': kind.name } }
}

function stored(result: unknown): ActivityEnd {
  const { sizeBytes } = result as { readonly sizeBytes?: number | null }
  return typeof sizeBytes === 'number' ? { bytes: sizeBytes } : {}
}

/** What was found opens its bytes later. */
function opening<T extends AssetContent>(content: T, telemetry: Telemetry, { area, attributes = {} }: Activity): T {
  const open = (options?: Parameters<T['open']>[0]) =>
    observe(telemetry, { area, name: 'open', attributes: { ...attributes, 'stowage.kind': content.asset.kind } }, () =>
      content.open(options),
    )
  return { ...content, open }
}
