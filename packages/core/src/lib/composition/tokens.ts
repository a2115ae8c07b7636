import type { InjectionToken } from 'tsyringe'
import type { AssetService } from '../assets/service.ts'
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
import type { Random } from '../crypto/random.ts'
import type { IdStrategy, KeyStrategy } from '../kinds/kind.ts'
import type { JobRunner } from '../lifecycle/job-runner.ts'
import type { Sweeper } from '../lifecycle/sweeper.ts'
import type { Policy } from '../policy/rule.ts'

const token = <T>(name: string): InjectionToken<T> => Symbol.for(`stowage.${name}`) as InjectionToken<T>

/**
 * What a caller's own tsyringe container may register in Stowage's place. The symbols are global, so they are the same in
 * every copy of this package.
 */
export const tokens = {
  clock: token<Clock>('clock'),
  logger: token<Logger>('logger'),
  random: token<Random>('random'),
  events: token<EventSink>('events'),
  telemetry: token<Telemetry>('telemetry'),
  storage: token<StorageAdapter>('storage'),
  otherStorages: token<readonly StorageAdapter[]>('otherStorages'),
  metadata: token<MetadataStore>('metadata'),
  policy: token<Policy>('policy'),
  ids: token<IdStrategy>('ids'),
  keys: token<KeyStrategy>('keys'),
  generator: token<ImageGenerator>('generator'),
  importer: token<UrlImporter>('importer'),
  inspectors: token<readonly Inspector[]>('inspectors'),
  processors: token<readonly Processor[]>('processors'),
  scanner: token<Scanner>('scanner'),
  transformer: token<Transformer>('transformer'),
  secrets: token<readonly string[]>('secrets'),
  assetService: token<AssetService>('assetService'),
  jobRunner: token<JobRunner>('jobRunner'),
  sweeper: token<Sweeper>('sweeper'),
} as const
