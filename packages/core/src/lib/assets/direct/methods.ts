import { StowageError } from '../../contracts/errors.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import { invalid } from '../details/details.ts'
import type { DirectMethod } from '../interface/direct-uploads.ts'

const MIB = 1024 * 1024
/** What one PUT or POST may hold, wherever it goes. */
const MAX_SINGLE_BYTES = 5 * 1024 * MIB
/** From here on a file goes in parts, where the storage can sign them: what fails then is a part, not the whole. */
const PARTS_ABOVE_BYTES = 64 * MIB
const MIN_PART_BYTES = 8 * MIB

type Signing = Pick<StorageAdapter, 'name' | 'capabilities' | 'presignPut' | 'presignPost' | 'multipart'>

/** How a storage lets others send it files, if at all. */
export function offeredMethods({ presignPut, presignPost, multipart }: Signing): readonly DirectMethod[] {
  return [
    ...(presignPut ? (['put'] as const) : []),
    ...(presignPost ? (['post'] as const) : []),
    ...(multipart?.presignPart ? (['multipart'] as const) : []),
  ]
}

export interface Plan {
  readonly method: DirectMethod
  readonly partBytes: number | null
  readonly partCount: number | null
}

/**
 * How a file of this size is to be sent.
 * @throws StowageError `unsupported` where the storage signs nothing; `unprocessable` for a method that it does not offer, or not for this size
 */
export function planOf(storage: Signing, sizeBytes: number, asked: unknown): Plan {
  const offered = offeredMethods(storage)
  if (offered.length === 0) {
    throw new StowageError('unsupported', `Storage ${storage.name} signs no uploads: send the file to the API itself.`)
  }
  if (asked !== undefined && !offered.includes(asked as DirectMethod)) {
    throw invalid([{ pointer: '/method', message: `must be one that is offered here: ${offered.join(', ')}` }])
  }
  const fitting = offered.filter(method => fits(storage, method, sizeBytes))
  const method = asked === undefined ? chosen(fitting, sizeBytes) : fitting.find(one => one === asked)
  if (method === undefined) {
    throw invalid([{ pointer: asked === undefined ? '/sizeBytes' : '/method', message: `can't be had for ${sizeBytes} bytes` }])
  }
  if (method !== 'multipart') return { method, partBytes: null, partCount: null }
  const partBytes = partBytesFor(storage, sizeBytes)
  return { method, partBytes, partCount: Math.ceil(sizeBytes / partBytes) }
}

function chosen(fitting: readonly DirectMethod[], sizeBytes: number): DirectMethod | undefined {
  const order = sizeBytes > PARTS_ABOVE_BYTES ? (['multipart', 'put', 'post'] as const) : (['put', 'multipart', 'post'] as const)
  return order.find(method => fitting.includes(method))
}

function fits({ multipart }: Signing, method: DirectMethod, sizeBytes: number): boolean {
  if (method !== 'multipart') return sizeBytes <= MAX_SINGLE_BYTES
  return multipart !== undefined && sizeBytes > 0 && sizeBytes <= multipart.maxPartBytes * multipart.maxParts
}

/** Whole mebibytes, as small as the number of parts allows. */
function partBytesFor({ multipart }: Signing, sizeBytes: number): number {
  const { minPartBytes = 1, maxPartBytes = MAX_SINGLE_BYTES, maxParts = 10_000 } = multipart ?? {}
  const least = Math.max(MIN_PART_BYTES, minPartBytes, Math.ceil(sizeBytes / Math.min(maxParts, 10_000)))
  return Math.min(maxPartBytes, Math.ceil(least / MIB) * MIB)
}
