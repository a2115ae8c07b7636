/** Largest JSON of a result. */
const MAX_JSON_BYTES = 4 * 1024 * 1024
/** A picture of 32 MiB, and a little beside it. */
const MAX_BYTES = 34 * 1024 * 1024

export const MAX_VALUE_BYTES = 4 + MAX_JSON_BYTES + MAX_BYTES

/**
 * JSON values, and Uint8Arrays as an object's own properties, as bytes. V8's own serialiser is not used: what comes from a child may be a
 * stranger's, and JSON can make nothing but plain data of it.
 * @throws TypeError for what would not arrive as it is
 */
export function encodeValue(value: unknown): Uint8Array[] {
  const attached: Uint8Array[] = []
  const lengths: [string, number][] = []
  const plain: [string, unknown][] = []
  const isObject = typeof value === 'object' && value !== null && isPlain(value)
  for (const [name, part] of isObject ? Object.entries(value) : []) {
    if (part instanceof Uint8Array) {
      attached.push(part)
      lengths.push([name, part.byteLength])
    } else if (part !== undefined) plain.push([name, part])
  }
  const json = Buffer.from(JSON.stringify(isObject ? { plain: Object.fromEntries(plain), lengths } : { value }, checked))
  const bytes = attached.reduce((sum, part) => sum + part.byteLength, 0)
  if (json.length > MAX_JSON_BYTES || bytes > MAX_BYTES) throw new TypeError('The result is too large')
  const head = Buffer.alloc(4)
  head.writeUInt32LE(json.length)
  return [head, json, ...attached]
}

function checked(this: unknown, name: string, value: unknown): unknown {
  // toJSON has been called by now: what it was called on is still in its holder.
  const original = (this as Record<string, unknown>)[name]
  const kind = typeof original
  if (original === null || kind === 'string' || kind === 'boolean' || kind === 'undefined') return value
  if (kind === 'number' && Number.isFinite(original)) return value
  if (kind === 'object' && (Array.isArray(original) || isPlain(original as object))) return value
  throw new TypeError(`The result's "${name}" is neither JSON nor a Uint8Array of the result itself`)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** @throws TypeError, SyntaxError for bytes that `encodeValue` can't have made */
export function decodeValue(bytes: Uint8Array): unknown {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 4) throw new TypeError('Too short')
  const jsonBytes = view.readUInt32LE(0)
  if (jsonBytes > MAX_JSON_BYTES || 4 + jsonBytes > view.length) throw new TypeError('Not as long as it says')
  const said: unknown = JSON.parse(view.toString('utf8', 4, 4 + jsonBytes))
  if (typeof said !== 'object' || said === null) throw new TypeError('Not a value')
  const rest = view.subarray(4 + jsonBytes)
  if ('plain' in said && 'lengths' in said) return objectOf(said.plain, listOf(said.lengths), rest)
  if ('value' in said && rest.length === 0) return said.value
  throw new TypeError('Not a value')
}

function objectOf(value: unknown, lengths: readonly unknown[], attached: Uint8Array): object {
  if (typeof value !== 'object' || value === null) throw new TypeError('Not an object')
  let at = 0
  for (const entry of lengths) {
    const [name, length] = pairOf(entry)
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) throw new TypeError('Not a length')
    define(value, name, attached.subarray(at, at + length))
    at += length
  }
  if (at !== attached.length) throw new TypeError('Not as long as it says')
  return value
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError('Not a list')
}

function pairOf(value: unknown): [unknown, unknown] {
  const [first, second, ...rest] = listOf(value)
  if (rest.length > 0) throw new TypeError('Not a pair')
  return [first, second]
}

// An own property even where the name is `__proto__`.
function define(target: object, name: unknown, value: unknown): void {
  if (typeof name !== 'string') throw new TypeError('Not a name')
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
}
