import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { frames } from '../pool/frames.ts'
import { openLentFile } from './lent-file.ts'
import { readableFile } from './readable-file.ts'

const MiB = 1024 * 1024

/** A lent file that is cut to `bytes` once it is open; what was asked of the parent: start, end and credit. */
async function cutTo(bytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-lent-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'file')
  await writeFile(path, new Uint8Array(2 * MiB))
  const lent = await openLentFile(path, 2 * MiB)
  onTestFinished(async () => lent?.close())
  await truncate(path, bytes)
  const asked: number[][] = []
  const facts = { contentType: 'image/jpeg', sizeBytes: 2 * MiB, filename: null }
  const readable = readableFile(
    facts,
    (kind, id, payload = new Uint8Array(0)) => {
      if (kind !== frames.read) return
      asked.push([...new Float64Array(payload.buffer)])
      queueMicrotask(() => readable.onFrame(frames.broken, id, new Uint8Array(0)))
    },
    lent,
  )
  return { file: readable.file, asked }
}

it('what a lent file has no longer is asked of the parent', async () => {
  const { file, asked } = await cutTo(MiB)
  expect(await file.read(0, MiB)).toHaveLength(MiB)
  await expect(file.read(MiB - 1, MiB + 1)).rejects.toThrow('could not be read')
  expect(asked).toEqual([[MiB - 1, MiB + 1, 2]])
})

it('a stream of a lent file goes on with the parent where the file ends too early', async () => {
  const { file, asked } = await cutTo(MiB)
  let bytes = 0
  const read = async () => {
    for await (const chunk of file.stream()) bytes += chunk.length
  }
  await expect(read()).rejects.toThrow('could not be read')
  expect([bytes, asked]).toEqual([MiB, [[MiB, 2 * MiB, MiB]]])
})
