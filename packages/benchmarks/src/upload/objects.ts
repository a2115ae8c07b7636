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

// Creating files next to many that were just removed is slow on ext4, so small ones stay until the end.
const REMOVED_FROM_BYTES = 256 * 1024

/** The files that a contender keeps in `folder/objects`. What begins with a dot is its own. */
export class Objects {
  readonly #folder: string
  readonly #seen = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Proves that the files of the last run are there and whole; large ones are removed then. */
  async take({ files, sizeBytes, sha256 }: Expected): Promise<void> {
    const found = await this.#newFiles()
    if (found.length !== files) throw new Error(`${this.#folder} has ${found.length} new files, not ${files}.`)
    const [first] = found
    if (sha256 !== undefined && first !== undefined && (await digest(first)) !== sha256) {
      throw new Error(`${first} has other bytes than were sent.`)
    }
    for (const path of found) {
      const { size } = await stat(path)
      if (size !== sizeBytes) throw new Error(`${path} has ${size} bytes, not ${sizeBytes}.`)
      if (size < REMOVED_FROM_BYTES) this.#seen.add(path)
      else await unlink(path)
    }
  }

  async #newFiles(): Promise<string[]> {
    return (await readdir(join(this.#folder, 'objects'), { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .filter(path => !this.#seen.has(path) && !path.slice(this.#folder.length).includes('/.'))
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
