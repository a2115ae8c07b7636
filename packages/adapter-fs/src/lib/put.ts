import { type ObjectAttributes, type ObjectInfo, type PutOptions, type StorageBody, StowageError } from '@stowage/core/contracts'
import { writeAll } from './batch-writer.ts'
import { throwIfAborted } from './errors.ts'
import { keySegments } from './keys.ts'
import type { Place } from './place.ts'
import { sealAndPublish, type Target } from './publish.ts'
import { SLOT_BYTES } from './small-writes/protocol.ts'
import { LateTemp } from './temp-files.ts'
import { writeBody } from './write-body.ts'

const ATTRIBUTES = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage', 'userMetadata'] as const

/** @throws `unsupported` for what plain files can't keep */
export function refuseAttributes(options: ObjectAttributes): void {
  const asked = ATTRIBUTES.find(name => options[name] !== undefined)
  if (!asked) return
  throw new StowageError('unsupported', `Files keep bytes only: \`${asked}\` can't be stored. Keep it in the asset's record.`)
}

export async function putObject(place: Place, key: string, body: StorageBody, options: PutOptions): Promise<ObjectInfo> {
  refuseAttributes(options)
  if (options.ifMatch !== undefined) {
    throw new StowageError(
      'unsupported',
      'Files have no conditional overwrite: `ifMatch` is not offered on put. Use `createOnly`.',
    )
  }
  const segments = keySegments(key, place.root.rules)
  throwIfAborted(options.signal)
  const target = { key, segments, createOnly: options.createOnly ?? false, signal: options.signal }
  const temp = new LateTemp(place.root, place.fileMode)
  try {
    const held = await writeBody(temp.open, body, { ...options, holdBytes: place.smallWrites ? SLOT_BYTES : 0 })
    throwIfAborted(options.signal)
    const info = held && (await putSmall(place, target, held))
    if (info) return info
    return await sealAndPublish(place, await temp.made(), target, async ({ handle }) => {
      if (held) await writeAll(handle, held)
    })
  } catch (error) {
    await temp.discard()
    throw error
  }
}

/** Null where it has to go the long way. */
async function putSmall(place: Place, target: Target, chunks: readonly Uint8Array[]): Promise<ObjectInfo | null> {
  const parent = target.segments.slice(0, -1)
  const folder = place.directories.place(parent)
  const info = folder && (await place.smallWrites?.put(place, target, folder, chunks))
  if (!info) return null
  await place.directories.named(parent, folder.life)
  return info
}
