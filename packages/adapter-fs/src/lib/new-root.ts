import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoOf } from './errors.ts'
import { RESERVED } from './keys.ts'
import { syncFolder } from './sync-folder.ts'

export const markerPath = (root: string) => join(root, RESERVED, 'marker')

/** Makes a root where there is nothing yet. It appears with its marker in it, so that of many starting processes one makes it. */
export async function createRoot(path: string, mode: number): Promise<void> {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true, mode })
  const draft = join(parent, `.${basename(path)}-${randomBytes(8).toString('hex')}`)
  await mkdir(draft, mode)
  try {
    await writeReserved(draft, mode)
    await rename(draft, path)
    await syncFolder(parent)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(errnoOf(error))) throw error
  }
}

/** Puts the marker into a folder that exists. False when the folder holds anything of somebody else's. */
export async function adoptEmptyRoot(path: string, mode: number): Promise<boolean> {
  const names = await readdir(path)
  if (names.some(name => name !== RESERVED && name !== 'lost+found')) return false
  await writeReserved(path, mode)
  await syncFolder(path)
  return true
}

async function writeReserved(root: string, mode: number): Promise<void> {
  const reserved = join(root, RESERVED)
  const id = randomBytes(16).toString('hex')
  await mkdir(reserved, mode).catch(existing)
  await mkdir(join(reserved, 'uploads'), mode).catch(existing)
  await mkdir(join(reserved, `tmp-${id}`), mode)
  const draft = join(reserved, `marker-${id}`)
  await writeFile(draft, `${JSON.stringify({ format: 1, id })}\n`, { flag: 'wx', flush: true })
  await link(draft, markerPath(root)).catch(existing)
  await unlink(draft)
  await syncFolder(reserved)
  await syncFolder(root)
}

function existing(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error
}
