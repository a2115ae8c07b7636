import type { z } from 'zod'
import { publicFields } from './declared-field.ts'
import type { Operation } from './operation.ts'
import type { Profile } from './profile.ts'

/**
 * Holds a profile to what its kind keeps private. Hooks of a profile are server code, and may use all of it.
 * @throws TypeError for a form field that is private, and for uploads that could never be complete
 */
export function checkPrivate({ kind, basePath, upload = {} }: Profile, offered: readonly Operation[]): void {
  if (upload.details !== undefined) return
  const shown = publicFields(kind)
  const hidden = Object.keys(kind.shape).filter(name => !shown.includes(name))
  const named = hidden.find(name => upload.fields?.includes(name))
  if (named !== undefined)
    throw new TypeError(`upload.fields of the profile at ${basePath} names ${named}, which kind ${kind.name} keeps private.`)
  const creates = offered.includes('upload') || offered.includes('generate')
  const needed = hidden.find(name => !(kind.shape[name] as z.ZodType).safeParse(undefined).success)
  if (!creates || needed === undefined) return
  throw new TypeError(
    `The profile at ${basePath} makes assets of kind ${kind.name}, whose field ${needed} is private and required: nobody could send it. ` +
      'Give it a default, make it optional, or set it in upload.details.',
  )
}
