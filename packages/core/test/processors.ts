import type { Inspection, ProcessInput, Processor } from '@stowage/core/contracts'
import { readAll } from './open-stowage.ts'

export const TEXT = { contentType: 'text/plain' } as const
export const text = (value: string): Buffer => Buffer.from(value)

/** A processor of text files that does what it is told to. */
export function processor(process: (input: ProcessInput) => Promise<Inspection | null>, name = 'words'): Processor {
  return { name, accepts: type => type.startsWith('text/'), process }
}

/** How many words a file has, from its bytes. */
export async function wordsOf(input: ProcessInput): Promise<Inspection> {
  const content = (await readAll(await input.open())).toString('utf8')
  return { properties: { words: content.split(/\s+/).filter(Boolean).length } }
}

export const words = (name = 'words'): Processor => processor(wordsOf, name)
