import { type ObjectAttributes, type ObjectInfo, type PutOptions, type StorageBody, StowageError } from '@stowage/core/contracts'
import { throwIfAborted } from './errors.ts'
import { keySegments } from './keys.ts'
import type { Place } from './place.ts'
import { writeObject } from './publish.ts'
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
  return writeObject(place, target, async ({ handle }) => {
    await writeBody(handle, body, options)
  })
}
