import { StowageError } from '../../contracts/errors.ts'
import type { Clock } from '../../contracts/runtime.ts'
import type { ResumableOptions, ServiceDeps } from '../service.ts'
import { createKnownBytes } from './known-bytes.ts'
import { createUploadMemory } from './memory.ts'
import { createWriters } from './writers.ts'

const MIB = 1024 * 1024

/** What resumable uploads work with. @throws StowageError `invalid_request` for sizes that can't be meant */
export function resumableDeps(options: ResumableOptions, clock: Clock): ServiceDeps['resumable'] {
  const { streamPartBytes = 64 * MIB, partBytes = 8 * MIB, memoryBytes = 256 * MIB } = options
  for (const [name, bytes] of Object.entries({ streamPartBytes, partBytes, memoryBytes })) {
    if (Number.isSafeInteger(bytes) && bytes >= 1) continue
    throw new StowageError('invalid_request', `createStowage: \`resumable.${name}\` must be a whole number from 1, not ${bytes}.`)
  }
  const memory = createUploadMemory(memoryBytes)
  return { streamPartBytes, partBytes, memory, writers: createWriters(clock), known: createKnownBytes() }
}
