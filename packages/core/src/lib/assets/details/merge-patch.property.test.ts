import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../contracts/json.ts'
import { mergePatch } from './merge-patch.ts'

type Leaves = ReadonlyMap<string, JsonValue>

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '', '0')
const scalar = fc.constantFrom<JsonValue>(null, 0, 1, 'x', true)
/** Objects made by parsing, as bodies are, so that `__proto__` is a member. */
const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 4 })
      .map(
        members =>
          JSON.parse(`{${members.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner)}`)}}`) as JsonValue,
      ),
  ),
}))

const isObject = (given: JsonValue): given is Record<string, JsonValue> =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

/** An object as its paths, each with the scalar, array or empty object there: what RFC 7396 speaks of, seen from below. */
function leaves(given: JsonValue, path: readonly string[] = []): Leaves {
  const found = new Map<string, JsonValue>()
  if (!isObject(given)) return found.set(JSON.stringify(path), given)
  found.set(JSON.stringify(path), {})
  for (const key of Object.keys(given)) {
    const inner = Object.getOwnPropertyDescriptor(given, key)?.value as JsonValue
    for (const [at, leaf] of leaves(inner, [...path, key])) found.set(at, leaf)
  }
  return found
}

const under = (at: string, path: string): boolean => at === path || at.startsWith(`${path.slice(0, -1)},`) || path === '[]'

function model(target: JsonValue, patch: JsonValue): Leaves {
  const result = new Map(leaves(target))
  const clear = (path: string) => {
    for (const at of result.keys()) if (under(at, path)) result.delete(at)
  }
  for (const [path, leaf] of leaves(patch)) {
    if (isObject(leaf)) {
      // Where no object is, an empty one takes the place of what is.
      if (!isObject(result.get(path) ?? null)) clear(path)
      result.set(path, {})
    } else {
      clear(path)
      if (leaf !== null || path === '[]') result.set(path, leaf)
    }
  }
  return result
}

test('any merge patch changes exactly the paths that RFC 7396 says', () => {
  fc.assert(
    fc.property(value, value, (target, patch) => {
      const before = JSON.stringify(target)
      const patched = mergePatch(target, patch)
      expect(leaves(patched)).toEqual(model(target, patch))
      expect(JSON.stringify(target)).toBe(before)
      expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    }),
    { numRuns: 1500 },
  )
})
