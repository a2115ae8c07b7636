import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { s3Server } from '@stowage/servers'
import { expect, it } from 'vitest'
import { hasServer } from '../../metadata-postgres/test/server.ts'
import { headers, openServers, type Server, sha256 } from '../../metadata-postgres/test/several-servers.ts'
import { MIB, openBucket } from './opened.ts'

// Of resumable uploads, where nobody says otherwise.
const PART = 8 * MIB
const tus = { ...headers, 'tus-resumable': '1.0.0' }
const server = await s3Server()

it.skipIf(server === null || !hasServer)(
  'of three servers on one database and one bucket one is killed under load: nothing acknowledged is lost, and nothing is left',
  { timeout: 600_000 },
  async () => {
    if (server === null) return
    const opened = await openBucket(server)
    const module = join(import.meta.dirname, 'programs/bucket.ts')
    const servers = await openServers({ module, options: opened.bucket.options }, 3)
    const [victim, survivor, third] = servers.servers as [Server, Server, Server]
    const file = randomBytes(4 * PART + 1_234_567)

    const upload = await beginResumable(third, file.byteLength)
    expect(await send(third, upload, 0, file.subarray(0, PART + 700_000))).toMatchObject({ offset: PART + 700_000 })
    // Its request has brought two more parts, and bytes of a third that nobody was told of, when its server dies.
    const held = heldStream(file.subarray(PART + 700_000, 3 * PART + 1_000_000))
    const cut = send(victim, upload, PART + 700_000, held).catch((error: unknown) => error)
    await expect.poll(() => offsetOf(survivor, upload), { timeout: 60_000 }).toBe(3 * PART)
    await servers.killOneUnderLoad()
    expect(await cut).toBeInstanceOf(TypeError)

    const told = (await fetch(`${survivor.base}${upload}`, { method: 'HEAD', headers: tus })).headers.get('upload-offset')
    expect(Number(told)).toBe(3 * PART)
    expect(await send(survivor, upload, 3 * PART, file.subarray(3 * PART))).toMatchObject({ status: 204 })
    await expect.poll(() => digests(third), { timeout: 60_000 }).toContain(sha256(file))
    await servers.expectKept()
    await servers.expectClean()
    expect(await opened.bucket.unfinished()).toEqual([])
    await opened.close()
  },
)

/** @returns its path below the assets */
async function beginResumable({ base }: Server, sizeBytes: number): Promise<string> {
  const answer = await fetch(`${base}/uploads/resumable`, {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(sizeBytes), 'upload-metadata': `filename ${btoa('large.bin')}` },
  })
  const location = new URL(answer.headers.get('location') ?? '', base).pathname
  return location.slice(new URL(base).pathname.length)
}

async function send(
  { base }: Server,
  upload: string,
  offset: number,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
) {
  const answer = await fetch(base + upload, {
    method: 'PATCH',
    headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    body,
    duplex: 'half',
  } as RequestInit)
  await answer.text()
  return { status: answer.status, offset: Number(answer.headers.get('upload-offset')) }
}

/** Without taking the upload over. */
async function offsetOf({ base }: Server, upload: string): Promise<number> {
  const answer = await fetch(base + upload, { headers })
  return ((await answer.json()) as { offsetBytes: number }).offsetBytes
}

async function digests({ base }: Server): Promise<string[]> {
  const answer = await fetch(`${base}?limit=200`, { headers })
  return ((await answer.json()) as { items: { sha256: string }[] }).items.map(({ sha256: digest }) => digest)
}

/** Bytes that come, and then nothing: no end either. */
function heldStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: controller => controller.enqueue(bytes) })
}
