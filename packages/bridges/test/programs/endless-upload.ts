import { join } from 'node:path'
import { createStowage } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { sources } from '../sources.ts'

/** Uploads a file without an end over one of the sources, until it is killed. Arguments: folder, name of the source. */
const [, , folder = '', name = ''] = process.argv
const make = sources[name]
if (!make) throw new Error(`There is no source ${name}.`)
const stowage = await createStowage({
  storage: make(join(folder, 'objects'), { chunkBytes: 64 * 1024 }),
  metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
  workers: false,
})

async function* endless(): AsyncGenerator<Uint8Array> {
  const { promise: never } = Promise.withResolvers<never>()
  // Keeps the process alive, which waits for nothing else.
  setInterval(() => undefined, 60_000)
  for (let i = 0; i < 20; i += 1) yield Buffer.alloc(32 * 1024, i)
  await never
}

await stowage.trusted.upload({ body: endless(), filename: 'endless.bin' })
