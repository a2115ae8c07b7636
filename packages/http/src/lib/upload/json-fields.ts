import type { JsonObject, JsonValue } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { parseJson } from '../body/json.ts'
import type { FormFields } from './form-fields.ts'

/** Members of a JSON body, seen as the text fields of a form would be: an array is a field that repeats, null one that was not sent. */
export function jsonFields(body: JsonObject): FormFields {
  const member = (name: string): JsonValue => (Object.hasOwn(body, name) ? (body[name] ?? null) : null)
  const all = (name: string): readonly string[] => {
    const value = member(name)
    if (value === null) return []
    return Array.isArray(value) ? value.map(textOf) : [textOf(value)]
  }
  return {
    all,
    get(name) {
      const values = all(name)
      if (values.length <= 1) return values[0]
      throw new StowageError('invalid_request', `The member "${name}" takes one value.`, { details: { field: name } })
    },
    json(name) {
      const value = member(name)
      if (value === null) return undefined
      if (typeof value !== 'string') return value
      try {
        return parseJson(value)
      } catch (cause) {
        throw new StowageError('unprocessable', `The member "${name}" is not valid JSON.`, { details: { field: name }, cause })
      }
    },
  }
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
