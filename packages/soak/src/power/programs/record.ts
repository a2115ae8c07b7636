import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { type AssetId, createStowage, ownerOnly } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { contentOf, sha256 } from '../../kill/content.ts'
import { randomOf } from '../../kill/random.ts'
import type { Mark } from '../marks.ts'

const [folder = '', seedText = '1', countText = '60'] = process.argv.slice(2)
const random = randomOf(Number(seedText))
const CALLERS = 4
// Small ones are written together, the last one by itself.
const SIZES = [1, 700, 700, 5000, 16_384, 140_000] as const

/** Says on standard output what was begun and what is acknowledged, in one system call each, so that it has its place among the others. */
function mark(value: Mark): void {
  writeSync(1, `${JSON.stringify(value)}\n`)
}

const stowage = await createStowage({
  storage: fsStorage({ root: join(folder, 'objects') }),
  metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
  policy: ownerOnly(),
  timing: { replacedGraceMs: 0 },
  workers: false,
})
const assets = stowage.as({ id: 'alice' })
const alive: AssetId[] = []
let step = 0

async function upload(number: number): Promise<void> {
  const bytes = contentOf(number, random.pick(SIZES))
  mark({ step: number, begins: 'upload', sha256: sha256(bytes) })
  const asset = await assets.upload({ body: bytes, filename: `file-${number}.bin` })
  mark({ step: number, did: 'upload', id: String(asset.id), sha256: asset.sha256 ?? '' })
  alive.push(asset.id)
}

async function replace(number: number, id: AssetId): Promise<void> {
  const bytes = contentOf(number, random.pick(SIZES))
  mark({ step: number, begins: 'replace', id: String(id), sha256: sha256(bytes) })
  await assets.replaceContent(id, { body: bytes })
  mark({ step: number, did: 'replace', id: String(id), sha256: sha256(bytes) })
  alive.push(id)
}

async function remove(number: number, id: AssetId): Promise<void> {
  mark({ step: number, begins: 'delete', id: String(id) })
  await assets.delete(id)
  mark({ step: number, did: 'delete', id: String(id) })
}

/** One caller works on an asset at a time: it is taken out of `alive` for as long. */
async function act(number: number): Promise<void> {
  const what = random.below(10)
  const id = what < 6 ? undefined : alive.splice(random.below(alive.length), 1)[0]
  if (id === undefined) return upload(number)
  return what < 8 ? replace(number, id) : remove(number, id)
}

const caller = async (): Promise<void> => {
  while (step < Number(countText)) {
    step += 1
    await act(step)
    if (step % 20 === 0) await stowage.sweep()
  }
}
await Promise.all(Array.from({ length: CALLERS }, caller))
await stowage.sweep()
await stowage.close()
