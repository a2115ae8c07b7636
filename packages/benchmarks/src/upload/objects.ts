import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Where a contender keeps files. */
export async function objectsFolder(folder: string): Promise<string> {
  const objects = join(folder, 'objects')
  await mkdir(objects, { recursive: true })
  return objects
}

/** What a run must have left behind. */
export interface Expected {
  readonly files: number
  readonly sizeBytes: number
  /** Of one file; absent, it is not looked at. */
  readonly sha256?: string
}

/** Proves that the files of the last run are there and whole, and removes them. What begins with a dot is a contender's own. */
export async function takeObjects(folder: string, expected: Expected): Promise<void> {
  const files = (await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !path.slice(folder.length).includes('/.'))
  if (files.length !== expected.files) throw new Error(`${folder} has ${files.length} files, not ${expected.files}.`)
  const [first] = files
  if (expected.sha256 !== undefined && first !== undefined && (await digest(first)) !== expected.sha256) {
    throw new Error(`${first} has other bytes than were sent.`)
  }
  for (const path of files) {
    const { size } = await stat(path)
    if (size !== expected.sizeBytes) throw new Error(`${path} has ${size} bytes, not ${expected.sizeBytes}.`)
    await unlink(path)
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
