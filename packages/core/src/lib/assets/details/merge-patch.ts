import type { JsonObject, JsonValue } from '../../contracts/json.ts'

/**
 * Applies a merge patch: `null` removes, objects merge, everything else replaces.
 * Own enumerable names only, so that `__proto__` is a name like any other.
 * @see RFC 7396 §2
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const result = new Map<string, JsonValue>(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, mergePatch(result.get(name), value))
  }
  return Object.fromEntries(result)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
