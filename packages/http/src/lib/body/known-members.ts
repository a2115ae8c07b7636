import type { Kind } from '@stowage/core'
import type { JsonObject, JsonValue } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { jsonPointer } from '../errors/json-pointer.ts'
import { publicFields } from '../profile/declared-field.ts'

/** @throws StowageError `invalid_request` that names each member which is none of `known` */
export function refuseUnknownMembers(body: JsonObject, known: readonly string[]): void {
  refuseUnknown(body, known, [])
}

/**
 * The same for a member `fields`: private fields are as unknown as those that were never declared.
 * @param fields what is no object is left to the service, which says so
 */
export function refuseUnknownFields(kind: Kind, fields: JsonValue | undefined): void {
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields))
    refuseUnknown(fields, publicFields(kind), ['fields'])
}

function refuseUnknown(body: JsonObject, known: readonly string[], at: readonly string[]): void {
  const unknown = Object.keys(body)
    .filter(name => !known.includes(name))
    .slice(0, 20)
    .map(name => name.slice(0, 100))
  if (unknown.length === 0) return
  const names = unknown.slice(0, 5).map(name => JSON.stringify(name))
  const issues = unknown.map(name => ({ pointer: jsonPointer([...at, name]), message: 'is not known here' }))
  throw new StowageError('invalid_request', `Not known here: ${names.join(', ')}. Known are: ${known.join(', ') || 'none'}.`, {
    details: { field: unknown[0], issues },
  })
}
