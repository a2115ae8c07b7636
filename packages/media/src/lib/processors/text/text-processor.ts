import type { Processor } from '@stowage/core/contracts'
import { integerOption } from '../../options.ts'
import type { ParserPool } from '../../pool/task.ts'
import type { TextFacts, TextLimits } from './text-reader.ts'

export interface TextOptions {
  /** How much of a file is read, from its beginning, up to 256 MiB. Default 32 MiB. */
  readonly maxBytes?: number
  /** Text for the index, in code units, up to 1 Mi. Default 1 Mi. */
  readonly maxTextChars?: number
}

const MiB = 1024 * 1024
const APPLICATION =
  /^application\/(json|[\w.+-]+\+json|jsonl|x-ndjson|ndjson|xml|[\w.+-]+\+xml|yaml|x-yaml|toml|csv|javascript|typescript|sql|x-sh|x-httpd-php|rtf)$/

/**
 * Reads the encoding, the number of lines and words, and the text of plain text, CSV, Markdown, JSON and the like.
 * @throws StowageError `invalid_request` for an option out of its bounds
 */
export function textProcessor(pool: ParserPool, options: TextOptions = {}): Processor {
  const limits: TextLimits = {
    maxBytes: integerOption('text.maxBytes', options.maxBytes, { min: 1, max: 256 * MiB, default: 32 * MiB }),
    maxChars: integerOption('text.maxTextChars', options.maxTextChars, { min: 0, max: MiB, default: MiB }),
  }
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
