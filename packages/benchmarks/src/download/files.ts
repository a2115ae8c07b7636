import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Content, contentOf } from '../harness/content.ts'
import { storeInStowage } from '../harness/stowage-server.ts'
import type { ContenderName } from './contenders.ts'

/** What is downloaded. */
export const files = {
  'large.bin': contentOf(100 * 1024 ** 2),
  'small.bin': contentOf(16 * 1024),
}

export type FileName = keyof typeof files

/** Puts all files where a contender looks for them. */
export async function prepareFiles(contender: ContenderName, folder: string): Promise<void> {
  for (const [filename, content] of Object.entries(files)) await putFile(contender, folder, filename, content)
}

export async function putFile(contender: string, folder: string, filename: string, { pieces }: Content): Promise<void> {
  if (contender.startsWith('stowage')) await storeInStowage(folder, { filename, body: chunks(pieces) })
  else await writeFile(join(folder, 'objects'), filename, pieces)
}

async function* chunks(pieces: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function writeFile(folder: string, filename: string, pieces: readonly Buffer[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const handle = await open(join(folder, filename), 'w')
  try {
    for (const piece of pieces) await handle.write(piece)
    // What is served may as well be on the disk before: nothing has to be written while it is measured.
    await handle.sync()
  } finally {
    await handle.close()
  }
}
