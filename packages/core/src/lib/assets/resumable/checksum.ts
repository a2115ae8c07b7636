import { createHash, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { StowageError } from '../../contracts/errors.ts'
import type { ChunkChecksum } from '../interface/resumable-uploads.ts'

/** What the bytes of one request must add up to, checked while they pass. */
export interface RunningChecksum {
  update(chunk: Uint8Array): void
  matches(): boolean
}

const CHECKSUM_ALGORITHMS = ['sha256', 'sha1', 'md5', 'crc32'] as const

/** @throws StowageError `invalid_request` for what can't be a checksum */
export function openChecksum({ algorithm, value }: ChunkChecksum): RunningChecksum {
  if (!CHECKSUM_ALGORITHMS.includes(algorithm)) {
    throw new StowageError('invalid_request', `Checksums are taken by ${CHECKSUM_ALGORITHMS.join(', ')}, not otherwise.`)
  }
  const wanted = Buffer.from(value, 'hex')
  const running = algorithm === 'crc32' ? runningCrc() : runningHash(algorithm)
  return {
    update: running.update,
    matches() {
      const found = running.digest()
      return found.byteLength === wanted.byteLength && timingSafeEqual(found, wanted)
    },
  }
}

function runningHash(algorithm: string) {
  const hash = createHash(algorithm)
  return { update: (chunk: Uint8Array) => void hash.update(chunk), digest: () => hash.digest() }
}

function runningCrc() {
  let crc = 0
  return {
    update: (chunk: Uint8Array) => {
      crc = crc32(chunk, crc)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(crc)
      return bytes
    },
  }
}

/** Whether a request was refused for the checksum of its own bytes, and nothing of it was kept. */
const CHUNK_CHECKSUM = 'chunk_checksum'

export function chunkMismatch(): StowageError {
  return new StowageError(
    'checksum_mismatch',
    'The bytes of this request do not have the checksum that came with them. Send them again.',
    {
      details: { reason: CHUNK_CHECKSUM },
    },
  )
}
