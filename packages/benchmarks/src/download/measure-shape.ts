import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import { prepareFiles } from './files.ts'
import { downloading, proveBytes, requestOf } from './requests.ts'
import type { Shape } from './shapes.ts'

const script = new URL('./server-task.ts', import.meta.url)

/** Downloads in one shape from every contender. Each answer must have the right status and length; the first, the right bytes. */
export async function measureShape(shape: Shape, options: ServerOptions): Promise<Map<ContenderName, Measurement[]>> {
  const names = shape.among ? amongThese(shape.among, options) : chosen<ContenderName>(contenders, options)
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
      const request = requestOf(contenders[name].path, shape, etag)
      requests.set(name, [request])
      await proveBytes(request, shape, port)
      await load(port, { connections, seconds: warmUpSeconds }, downloading([request], shape))
    },
    run: (name, server) =>
      server.measure(port => load(port, { connections, seconds }, downloading(requests.get(name) as Buffer[], shape))),
  })
}

async function etagOf(contender: Contender, { file }: Shape, port: number): Promise<string> {
  let etag: string | undefined
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    const { head } = await connection.exchange([requestOf(contender.path, { file }, null)])
    etag = /\r\netag: *(.+)/i.exec(head)?.[1]?.trim()
  })
  if (etag === undefined) throw new Error('The server sent no ETag.')
  return etag
}

/** Those of a row, where the machine has them all and nobody wishes for others. */
function amongThese(among: readonly ContenderName[], { contenders: wished }: ServerOptions): readonly ContenderName[] {
  const all = among.every(name => (contenders[name] as Contender).installed !== false)
  return all && wished.every(name => (among as readonly string[]).includes(name)) ? among : []
}
