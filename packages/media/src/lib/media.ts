import type { Inspector, Processor, Transformer } from '@stowage/core/contracts'
import { imageInspector } from './inspect/image-inspector.ts'
import { parserPool } from './pool/parser-pool.ts'
import type { ParserPoolOptions } from './pool/pool-options.ts'
import { avProcessor } from './processors/av/av-processor.ts'
import { imageProcessor } from './processors/image-processor.ts'
import { type PdfOptions, pdfProcessor } from './processors/pdf/pdf-processor.ts'
import { type TextOptions, textProcessor } from './processors/text/text-processor.ts'
import { pictureTransformer } from './transform/picture-transformer.ts'

export interface MediaOptions {
  /** Bounds of the processes that read strangers' files. */
  readonly pool?: ParserPoolOptions
  /** How much of a PDF's text is read. */
  readonly pdf?: PdfOptions
  /** How much of a text file is read. */
  readonly text?: TextOptions
}

/** Options of `createStowage`. The lists may be extended: `inspectors: [...inspectors, mine]`. */
export interface Media {
  readonly inspectors: readonly Inspector[]
  readonly processors: readonly Processor[]
  readonly transformer: Transformer
}

/**
 * Learns what was uploaded, and makes pictures of it. Dimensions of pictures come from their first bytes, in this process; all else is read in a
 * pool of child processes that have no network, write no files, and are ended at their limits of time and memory. They start with the first
 * file, and end after a minute without one.
 *
 * All parts share the pool: closing one of them, as `stowage.close()` does, closes it.
 * @throws StowageError `invalid_request` for an option out of its bounds
 */
export function media(options: MediaOptions = {}): Media {
  const pool = parserPool(options.pool)
  const close = (): Promise<void> => pool.close()
  const processors = [imageProcessor(pool), pdfProcessor(pool, options.pdf), avProcessor(pool), textProcessor(pool, options.text)]
  return {
    inspectors: [imageInspector()],
    processors: processors.map(processor => ({ ...processor, close })),
    transformer: { ...pictureTransformer(pool), close },
  }
}
