import type { DependencyContainer } from 'tsyringe'
import type { z } from 'zod'
import type { DirectUploadOptions, ResumableOptions, Timing } from '../assets/service.ts'
import type { ImageGenerator } from '../contracts/generator.ts'
import type { UrlImporter } from '../contracts/importer.ts'
import type { Inspector } from '../contracts/inspector.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import type { Processor } from '../contracts/processor.ts'
import type { Clock, EventSink, Logger } from '../contracts/runtime.ts'
import type { Scanner } from '../contracts/scanner.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import type { Telemetry } from '../contracts/telemetry.ts'
import type { Transformer } from '../contracts/transformer.ts'
import type { Kind, KindOptions } from '../kinds/kind.ts'
import type { Policy } from '../policy/rule.ts'

type DefaultKindOptions = Partial<Omit<KindOptions<z.ZodObject>, 'policy'>>

/**
 * What `createStowage` takes. The options of one kind (`fields`, `limits` …) describe the default kind, `asset`; servers with several
 * kinds give `kinds` instead.
 */
export interface StowageOptions extends DefaultKindOptions {
  /** Where the bytes lie. */
  readonly storage?: StorageAdapter
  /**
   * Other places where bytes lie already, by their rows, such as the one that was `storage` before: they are read and removed there, and nothing new
   * is written. Each has a name of its own. Default: none.
   */
  readonly otherStorages?: readonly StorageAdapter[]
  /** Where the records lie. */
  readonly metadata?: MetadataStore
  /** For every kind that has none of its own. Default: deny everything. */
  readonly policy?: Policy
  readonly kinds?: readonly Kind[]
  /** Makes pictures for `generate`. Default: none, and `generate` is refused. */
  readonly generator?: ImageGenerator
  /** Fetches what `import` is asked for. Default: none, and `import` is refused. Closed by `close`. */
  readonly importer?: UrlImporter
  /** Learn facts (dimensions, properties) from the beginning of each file, in this order. Default: none. */
  readonly inspectors?: readonly Inspector[]
  /** Learn facts and text from the whole of each stored file, in this order, in jobs. Default: none. Closed by `close`. */
  readonly processors?: readonly Processor[]
  /** Looks for malware in each stored file, of every kind; until it has passed a file, nothing of it is served. Default: none. Closed by `close`. */
  readonly scanner?: Scanner
  /** Makes pictures of files: derivatives, and what signed links ask for. Default: none. Closed by `close`. */
  readonly transformer?: Transformer
  /** How many pictures that somebody waits for are made at once in this process; 64 more may wait. Default 4. */
  readonly picturesAtOnce?: number
  /**
   * Sign cursors and links: the first signs, all verify. At least 32 characters each. Default: one is made once and kept in
   * the database.
   */
  readonly secrets?: readonly string[]
  readonly clock?: Clock
  /** Default: warnings and errors as JSON lines on standard error. */
  readonly logger?: Logger
  readonly events?: EventSink
  /** Told of storage calls, operations on assets, jobs and, through `@stowage/http`, requests. Default: nobody is, and it costs nothing. */
  readonly telemetry?: Telemetry
  /** A tsyringe container whose registrations for `tokens` replace the defaults. Options go before it. */
  readonly container?: DependencyContainer
  /** False: jobs are enqueued but not worked in this process, and nothing is swept. Default true. */
  readonly workers?: boolean
  /** How many files are processed at once in this process; removals have as many slots of their own. Default 4. */
  readonly jobsAtOnce?: number
  /** How often the sweeper runs. Default 60 s. */
  readonly sweepIntervalMs?: number
  /** Time limit of a role look-up or custom rule, after which it denies. Default 5 s. */
  readonly policyTimeoutMs?: number
  readonly directUploads?: DirectUploadOptions
  readonly resumable?: ResumableOptions
  readonly timing?: Partial<Timing>
}
