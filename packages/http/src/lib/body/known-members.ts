import type { JsonObject } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { jsonPointer } from '../errors/json-pointer.ts'

/** @throws StowageError `invalid_request` that names each member which is none of `known` */
export function refuseUnknownMembers(body: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(body)
    .filter(name => !known.includes(name))
    .slice(0, 20)
    .map(name => name.slice(0, 100))
  if (unknown.length === 0) return
  const names = unknown.slice(0, 5).map(name => JSON.stringify(name))
  throw new StowageError('invalid_request', `Not known here: ${names.join(', ')}. Known are: ${known.join(', ')}.`, {
    details: { field: unknown[0], issues: unknown.map(name => ({ pointer: jsonPointer([name]), message: 'is not known here' })) },
  })
}
