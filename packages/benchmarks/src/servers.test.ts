import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { contenders as downloads } from './download/contenders.ts'
import { putFile } from './download/files.ts'
import { contentOf, sha256Of } from './harness/content.ts'
import { RawConnection } from './harness/raw-connection.ts'
import type { Choosable } from './harness/server-options.ts'
import type { Served, ServedElsewhere } from './harness/server-process.ts'
import { assetOf } from './metadata/records.ts'
import { contenders as records } from './records/contenders.ts'
import { type Contender as UploadContender, contenders as uploads } from './upload/contenders.ts'
import { Objects } from './upload/objects.ts'
import { uploadsOf } from './upload/requests.ts'

// What the benchmarks measure has to work before it is fast: one request to each server, in this process.
const SIZE_BYTES = 100_000
const content = contentOf(SIZE_BYTES)
const sha256 = sha256Of(content.pieces)

describe('uploads', () => {
  it.each(installed<UploadContender>(uploads))('%s keeps the file that it was sent', async (_name, contender) => {
    const folder = await temporaryFolder()
    const connection = await connectTo(await contender.serve(folder))
    const answer = bodiesOf(connection)
    await uploadsOf(contender, content, 1)(connection)
    if (contender.digests) expect(answer()).toContain(sha256)
    await new Objects(folder).take({ files: 1, sizeBytes: SIZE_BYTES, sha256 })
  })
})

describe('downloads', () => {
  it.each(installed(downloads))('%s sends the file that it has, and 304 where it can', async (name, contender) => {
    const folder = await temporaryFolder()
    await putFile(name, folder, 'some.bin', content)
    const connection = await connectTo(await contender.serve(folder))
    const get = (headers: string) =>
      connection.exchange([Buffer.from(`GET ${contender.path}/some.bin HTTP/1.1\r\nHost: x\r\n${headers}\r\n`)])
    const { head, bodyBytes } = await get('')
    expect(bodyBytes).toBe(SIZE_BYTES)
    const etag = /\r\netag: *(.+)/i.exec(head)?.[1]?.trim()
    if (contender.revalidates) expect((await get(`If-None-Match: ${etag}\r\n`)).status).toBe(304)
    if (contender.ranges) expect(await get('Range: bytes=10-19\r\n')).toMatchObject({ status: 206, bodyBytes: 10 })
  })
})

describe('records', () => {
  it.each(installed(records))('%s sends a record', async (_name, contender) => {
    const folder = await temporaryFolder()
    await contender.prepare(folder, 10)
    const connection = await connectTo(await contender.serve(folder))
    const answer = bodiesOf(connection)
    const lines = [`GET ${contender.pathOf(7)} HTTP/1.1`, 'Host: x', ...contender.headers, '\r\n']
    await connection.exchange([Buffer.from(lines.join('\r\n'))])
    const { id, title, tags, fields, metadata } = assetOf(7)
    expect(JSON.parse(answer())).toMatchObject({ id, title, tags, fields, metadata })
  })
})

function installed<Contender extends Choosable>(from: Readonly<Record<string, Contender>>): [string, Contender][] {
  return Object.entries(from).filter(([, contender]) => contender.installed !== false)
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-bench-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function connectTo(served: Served | ServedElsewhere): Promise<RawConnection> {
  const port = 'server' in served ? await listen(served.server) : served.address.port
  const connection = await new RawConnection(port).opened()
  onTestFinished(async () => {
    connection.close()
    if ('server' in served) {
      served.server.close()
      served.server.closeAllConnections()
    }
    await served.close()
  })
  return connection
}

async function listen(server: Served['server']): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** @returns what came in bodies, as text */
function bodiesOf(connection: RawConnection): () => string {
  let text = ''
  connection.onBody = bytes => {
    text += Buffer.from(bytes).toString()
  }
  return () => text
}
