import { createHash } from 'node:crypto'
import { sha256Of } from '../harness/content.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import { files, prepareFiles } from './files.ts'
import type { Shape } from './shapes.ts'

const script = new URL('./server-task.ts', import.meta.url)

/** Downloads in one shape from every contender. Each answer must have the right status and length; the first, the right bytes. */
export async function measureShape(shape: Shape, options: ServerOptions): Promise<Map<ContenderName, Measurement[]>> {
  const names = chosen<ContenderName>(contenders, options)
  const { connections } = shape
  const [seconds, warmUpSeconds] = options.quick ? [0.4, 0.8] : [2, 2]
  const requests = new Map<ContenderName, Buffer[]>()
  return measureRow({
    ...options,
    script,
    names: names.filter(
      name => (shape.status !== 304 || contenders[name].revalidates) && (!shape.range || contenders[name].ranges),
    ),
    prepare: prepareFiles,
    async warmUp(name, { port }) {
      const etag = shape.status === 304 ? await etagOf(contenders[name], shape, port) : null
      const request = requestOf(contenders[name], shape, etag)
      requests.set(name, [request])
      await proveBytes(request, shape, port)
      await load(port, { connections, seconds: warmUpSeconds }, downloading([request], shape))
    },
    run: (name, server) =>
      server.measure(port => load(port, { connections, seconds }, downloading(requests.get(name) as Buffer[], shape))),
  })
}

function downloading(request: readonly Buffer[], shape: Shape): Parameters<typeof load>[2] {
  const expectedBytes = sizeOf(shape)
  return async connection => {
    const { status, head, bodyBytes } = await connection.exchange(request)
    if (status !== shape.status || bodyBytes !== expectedBytes) throw new Error(`Another answer was expected:\n${head}`)
  }
}

function sizeOf({ status, range, file }: Shape): number {
  if (status === 304) return 0
  return range ? range.end - range.start + 1 : files[file].sizeBytes
}

function requestOf({ path }: Contender, { file, range }: Pick<Shape, 'file' | 'range'>, etag: string | null): Buffer {
  const lines = [`GET ${path}/${file} HTTP/1.1`, 'Host: 127.0.0.1']
  if (range) lines.push(`Range: bytes=${range.start}-${range.end}`)
  if (etag !== null) lines.push(`If-None-Match: ${etag}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

async function etagOf(contender: Contender, { file }: Shape, port: number): Promise<string> {
  let etag: string | undefined
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    const { head } = await connection.exchange([requestOf(contender, { file }, null)])
    etag = /\r\netag: *(.+)/i.exec(head)?.[1]?.trim()
  })
  if (etag === undefined) throw new Error('The server sent no ETag.')
  return etag
}

async function proveBytes(request: Buffer, shape: Shape, port: number): Promise<void> {
  const hash = createHash('sha256')
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => hash.update(bytes)
    await downloading([request], shape)(connection)
  })
  const { start, end } = shape.range ?? { start: 0, end: files[shape.file].sizeBytes - 1 }
  const whole = Buffer.concat(files[shape.file].pieces)
  const expected = shape.status === 304 ? Buffer.alloc(0) : whole.subarray(start, end + 1)
  if (hash.digest('hex') !== sha256Of([expected])) throw new Error('The server sent other bytes than it was given.')
}
