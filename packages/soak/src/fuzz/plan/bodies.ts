import type { Random } from '../random.ts'

export const BOUNDARY = 'x-fuzz-boundary'

export interface FormPart {
  readonly name: string
  readonly value: Buffer
  readonly filename?: string
  readonly type?: string
}

/** A form as browsers write it. */
export function formBody(parts: readonly FormPart[], boundary = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ name, value, filename, type }) => {
    const disposition = `Content-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`
    const contentType = type === undefined ? '' : `Content-Type: ${type}\r\n`
    return [Buffer.from(`--${boundary}\r\n${disposition}\r\n${contentType}\r\n`, 'latin1'), value, Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`, 'latin1')])
}

/** Content of a file: mostly small, now and then as large as is taken, and one byte more. */
export function fileContent(random: Random, maxBytes: number): Buffer {
  const length = random.weighted<() => number>([
    [50, () => 1 + random.below(200)],
    [30, () => 1 + random.below(5000)],
    [8, () => 16_000 + random.below(1000)],
    [6, () => 65_500 + random.below(100)],
    [3, () => random.below(maxBytes)],
    [1, () => maxBytes],
    [1, () => maxBytes + 1],
    [1, () => 0],
  ])()
  return random.weighted<() => Buffer>([
    [5, () => cheapBytes(random, length)],
    [3, () => Buffer.alloc(length, `text ${random.below(1e9)}\n`)],
    [1, () => startingWith('89504e470d0a1a0a0000000d49484452', length, random)],
    [1, () => startingWith('255044462d312e370a', length, random)],
    [1, () => Buffer.alloc(length, `<svg onload="x()">${random.below(1e9)}`)],
    [1, () => Buffer.alloc(length, `\r\n--${BOUNDARY.slice(0, -1)}${random.below(1e9)}`)],
  ])()
}

function startingWith(hex: string, length: number, random: Random): Buffer {
  return Buffer.concat([Buffer.from(hex, 'hex'), cheapBytes(random, length)]).subarray(0, length)
}

/** Bytes of which no two contents are alike, without a random number for each. */
function cheapBytes(random: Random, length: number): Buffer {
  return Buffer.alloc(length, random.bytes(Math.min(64, Math.max(1, length))))
}

/** A JSON value of any shape. */
export function jsonValue(random: Random, texts: readonly string[], depth = 3): unknown {
  const scalar = () =>
    random.pick<unknown>([null, true, false, 0, -1, 1.5, 1e21, '', random.pick(texts), 'a', 'z'.repeat(random.below(50))])
  if (depth === 0) return scalar()
  return random.weighted<() => unknown>([
    [6, scalar],
    [2, () => Array.from({ length: random.below(4) }, () => jsonValue(random, texts, depth - 1))],
    [
      3,
      () =>
        Object.fromEntries(
          Array.from({ length: random.below(4) }, () => [
            random.weighted<string>([
              [3, random.pick(['a', 'b', 'title', 'tags', 'x y'])],
              [1, random.pick(texts)],
            ]),
            jsonValue(random, texts, depth - 1),
          ]),
        ),
    ],
  ])()
}
