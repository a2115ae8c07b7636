import type { Processor } from '@stowage/core/contracts'
import type { ParserPool } from '../../pool/task.ts'
import type { TextFacts, TextLimits } from './text-reader.ts'

export interface TextOptions {
  /** How much of a file is read, from its beginning. Default 32 MiB. */
  readonly maxBytes?: number
  /** Text for the index, in code units. Default 1 Mi. */
  readonly maxTextChars?: number
}

const APPLICATION =
  /^application\/(json|[\w.+-]+\+json|jsonl|x-ndjson|ndjson|xml|[\w.+-]+\+xml|yaml|x-yaml|toml|csv|javascript|typescript|sql|x-sh|x-httpd-php|rtf)$/

/** Reads the encoding, the number of lines and words, and the text of plain text, CSV, Markdown, JSON and the like. */
export function textProcessor(pool: ParserPool, options: TextOptions = {}): Processor {
  const limits: TextLimits = { maxBytes: options.maxBytes ?? 32 * 1024 * 1024, maxChars: options.maxTextChars ?? 1024 * 1024 }
  return {
    name: 'text',
    accepts: contentType => contentType.startsWith('text/') || APPLICATION.test(contentType),
    async process(input) {
      const { properties, text } = await pool.run<TextFacts>('text', input, limits)
      if (text !== '') await input.report({ text })
      return { properties }
    },
  }
}
