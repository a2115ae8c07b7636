import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { assetOf } from '../metadata/records.ts'
import { type ContenderName, contenders } from './contenders.ts'

export interface Records {
  readonly records: number
  readonly connections: number
  readonly seconds: number
  readonly warmUpSeconds: number
}

/** How many different records are asked for, spread over all. */
const ASKED = 1000
const script = new URL('./server-task.ts', import.meta.url)

/** Gets records, one by one on each connection. The first answer of each server must be the record. */
export async function measureRecords(
  { records, connections, seconds, warmUpSeconds }: Records,
  options: ServerOptions,
): Promise<Map<ContenderName, Measurement[]>> {
  const numbers = Array.from({ length: ASKED }, (_, i) => Math.floor((i * records) / ASKED))
  const asking = new Map<ContenderName, (connection: RawConnection) => Promise<void>>()
  return measureRow({
    ...options,
    script,
    names: chosen<ContenderName>(contenders, options),
    prepare: (name, folder) => contenders[name].prepare(folder, records),
    async warmUp(name, { port }) {
      const requests = numbers.map(number => [requestOf(name, number)])
      let next = 0
      const ask = async (connection: RawConnection): Promise<void> => {
        const { status, head } = await connection.exchange(requests[next++ % ASKED] ?? [])
        if (status !== 200) throw new Error(`A record was expected:\n${head}`)
      }
      asking.set(name, ask)
      await proveRecord(port, ask)
      await load(port, { connections, seconds: warmUpSeconds }, ask)
    },
    run: (name, server) =>
      server.measure(port =>
        load(port, { connections, seconds }, connection => asking.get(name)?.(connection) ?? Promise.resolve()),
      ),
  })
}

function requestOf(name: ContenderName, number: number): Buffer {
  const { pathOf, headers } = contenders[name]
  return Buffer.from([`GET ${pathOf(number)} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '\r\n'].join('\r\n'))
}

async function proveRecord(port: number, ask: (connection: RawConnection) => Promise<void>): Promise<void> {
  let answer = ''
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => {
      answer += Buffer.from(bytes).toString()
    }
    await ask(connection)
  })
  const { id, title, tags } = assetOf(0)
  const found = JSON.parse(answer) as { id: string; title: string; tags: string[] }
  const same = found.id === id && found.title === title && found.tags.length === tags.length
  if (!same) throw new Error(`Another record was expected than ${answer}`)
}
