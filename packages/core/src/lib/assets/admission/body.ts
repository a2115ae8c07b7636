import { type Incoming, type IncomingOptions, openIncoming } from '../../bytes/incoming.ts'
import type { Kind } from '../../kinds/kind.ts'
import type { UploadInput } from '../interface/making.ts'
import type { Room } from './room.ts'

export type BodyInput = Pick<UploadInput, 'body' | 'sizeBytes' | 'atMostBytes' | 'sha256' | 'disposableChunks' | 'signal'>

/** Keeps the room that a body will need, where that is known before its first byte. */
export async function keepAnnounced(kind: Kind, room: Room, { body, sizeBytes }: BodyInput): Promise<void> {
  const announced = body instanceof Uint8Array ? body.byteLength : sizeBytes
  // What can't be meant, or is too large at any rate, is refused in its own words.
  const meant = Number.isSafeInteger(announced) && Number(announced) >= 0 && Number(announced) <= kind.limits.maxBytes
  if (announced !== undefined && meant) await room.keepFor(announced)
}

/** Opens a body under the kind's limits, and keeps room for it while it comes, where room must be kept. */
export function openBody(
  kind: Kind,
  input: BodyInput,
  room: Room | null,
  onBytes: NonNullable<IncomingOptions['onBytes']>,
): Promise<Incoming> {
  const { sizeBytes, sha256, disposableChunks, signal } = input
  const options = {
    ...kind.limits,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(sha256 !== undefined && { sha256 }),
    ...(disposableChunks !== undefined && { disposableChunks }),
    ...(signal !== undefined && { signal }),
    onBytes,
  }
  return room === null ? openIncoming(input.body, options) : openInRoom(input, room, options)
}

async function openInRoom({ body, atMostBytes }: BodyInput, room: Room, options: IncomingOptions): Promise<Incoming> {
  let receivedBytes = 0
  const incoming = await openIncoming(body, {
    ...options,
    onBytes: bytes => {
      receivedBytes = bytes
      options.onBytes?.(bytes)
    },
    admit: bytes => room.grow(bytes, atMostBytes),
  })
  try {
    const { knownBytes } = incoming
    await (knownBytes === undefined ? room.grow(receivedBytes, atMostBytes) : room.keepFor(knownBytes))
    return incoming
  } catch (error) {
    await incoming.close()
    throw error
  }
}
