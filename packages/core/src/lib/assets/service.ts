import type { Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import type { Filter } from '../contracts/filter.ts'
import type { ImageGenerator } from '../contracts/generator.ts'
import type { UrlImporter } from '../contracts/importer.ts'
import type { Inspector } from '../contracts/inspector.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import type { Processor } from '../contracts/processor.ts'
import type { AssetEventDetails, AssetEventType, Clock, Logger } from '../contracts/runtime.ts'
import type { Scanner } from '../contracts/scanner.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import type { Transformer } from '../contracts/transformer.ts'
import type { DownloadCounter } from '../counters/download-counter.ts'
import type { Random } from '../crypto/random.ts'
import type { SignerFactory } from '../crypto/signer.ts'
import type { DerivativeWork } from '../derivatives/work.ts'
import type { BoundKind, KeyStrategy } from '../kinds/kind.ts'
import type { Watchers } from '../processing/watchers.ts'
import type { Announcements } from './announcements.ts'
import type { PendingUploadView } from './completion/pending-upload.ts'
import type { SlugNumbers } from './details/slug-numbers.ts'
import type { SpaceUsage } from './interface/asset.ts'
import type { AssetPatch, ReplaceInput, WriteGuard } from './interface/changing.ts'
import type { BeginUploadInput, CompleteUploadInput, SignedPart } from './interface/direct-uploads.ts'
import type { CreateInput, GenerateInput, ImportInput, StagedFile, StageInput, UploadInput } from './interface/making.ts'
import type {
  AssetContent,
  AssetPage,
  LinkedContent,
  LinkOptions,
  ListInput,
  OpenLinkOptions,
  SignedLink,
} from './interface/reading.ts'
import type { AppendInput, CreateResumableInput } from './interface/resumable-uploads.ts'
import type { Linkable } from './reading/links.ts'
import type { KnownBytes } from './resumable/known-bytes.ts'
import type { UploadMemory } from './resumable/memory.ts'
import type { Writers } from './resumable/writers.ts'

/** What the asset service works with. */
export interface ServiceDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  readonly storage: StorageAdapter
  /** Hold objects that rows name; nothing new is written to them. */
  readonly otherStorages: readonly StorageAdapter[]
  readonly metadata: MetadataStore
  readonly signers: SignerFactory
  readonly generator: ImageGenerator | null
  readonly importer: UrlImporter | null
  readonly transformer: Transformer | null
  readonly derivatives: DerivativeWork
  readonly inspectors: readonly Inspector[]
  readonly defaultKeys: KeyStrategy
  readonly announcements: Announcements
  readonly downloads: DownloadCounter
  readonly slugs: SlugNumbers
  readonly processors: readonly Processor[]
  readonly scanner: Scanner | null
  readonly watchers: Watchers
  readonly emit: (type: AssetEventType, record: AssetRecord, details?: AssetEventDetails) => void
  /** Tells the worker that a job was enqueued, in this lane. */
  readonly wakeJobs: (lane: string) => void
  readonly timing: Timing
  readonly directUploads: Required<DirectUploadOptions>
  readonly resumable: Required<Omit<ResumableOptions, 'memoryBytes'>> & {
    readonly writers: Writers
    readonly known: KnownBytes
    readonly memory: UploadMemory
  }
}

/** How files that come in several requests are taken in. */
export interface ResumableOptions {
  /** Where a storage takes parts of any size: how long one may get, and how much is told to be kept at a time. Default 64 MiB. */
  readonly streamPartBytes?: number
  /**
   * Where parts have a least size: how much is collected for each, unless the storage or the length of the file asks for more. Default 8 MiB.
   */
  readonly partBytes?: number
  /**
   * Of this process, for what is collected. An upload has its share of it, and 256 KiB in any case; as much again may be held while parts are put together
   * that came in pieces. Default 256 MiB.
   */
  readonly memoryBytes?: number
}

/** How files that go straight to the storage are taken in. */
export interface DirectUploadOptions {
  /** Larger ones are verified by a job, and their completion is answered before that. Default 64 MiB. */
  readonly verifyInJobBytes?: number
}

/** Durations of the lifecycle, in milliseconds. */
export interface Timing {
  /** How long an upload may receive nothing before it is given up. */
  readonly uploadLeaseMs: number
  /** How long replaced bytes stay for readers that are under way. */
  readonly replacedGraceMs: number
  /** After a writer was given up: when its object is deleted for the last time. */
  readonly lateWriterMs: number
  /** How long one step of processing may take: the scan, one processor, one derivative. */
  readonly processStepMs: number
  /** How long it is remembered what a request with an idempotency key has made. */
  readonly idempotencyMs: number
  /** How long a staged file waits for its asset. */
  readonly stagedMs: number
  /** How long a direct upload may take as a whole, a resumable one after its last bytes, and how long a job may then verify it. */
  readonly directMs: number
  /** How long each URL of a direct upload lives; at most 7 days. */
  readonly directUrlMs: number
}

/** A resumable upload, and what was made of it. */
export type ResumableView = Pick<PendingUploadView, 'upload' | 'asset'>

/** Where new assets go and whose they are. */
export interface ServiceScope {
  readonly kind: BoundKind
  readonly actor: Actor | null
  readonly space: Space | null
}

/** An asset's name, its id as stored. */
export type StoredName = { readonly id: string } | { readonly filename: string } | { readonly slug: string }

/**
 * Everything that can be done with assets, unguarded: callers have asked the policy. Routes never get this, only the
 * {@link Assets} of an actor.
 */
export interface AssetService {
  upload(scope: ServiceScope, input: UploadInput): Promise<AssetRecord>
  generate(scope: ServiceScope, input: GenerateInput): Promise<AssetRecord>
  import(scope: ServiceScope, input: ImportInput): Promise<AssetRecord>
  create(scope: ServiceScope, input: CreateInput): Promise<AssetRecord>
  stage(scope: ServiceScope, input: StageInput): Promise<StagedFile>
  beginUpload(scope: ServiceScope, input: BeginUploadInput): Promise<PendingUploadView>
  getUpload(scope: ServiceScope, id: string): Promise<PendingUploadView>
  presignParts(scope: ServiceScope, id: string, partNumbers: readonly number[]): Promise<readonly SignedPart[]>
  completeUpload(scope: ServiceScope, id: string, input: CompleteUploadInput): Promise<PendingUploadView>
  abortUpload(scope: ServiceScope, id: string): Promise<void>
  createResumable(scope: ServiceScope, input: CreateResumableInput): Promise<ResumableView>
  getResumable(scope: ServiceScope, id: string): Promise<ResumableView>
  resumableOffset(scope: ServiceScope, id: string): Promise<ResumableView>
  /** `allowed` is asked once more before the asset is made: the last bytes may come long after the first. */
  appendResumable(scope: ServiceScope, id: string, input: AppendInput, allowed: () => Promise<void>): Promise<ResumableView>
  abortResumable(scope: ServiceScope, id: string): Promise<void>
  usage(scope: ServiceScope): Promise<SpaceUsage>
  /** `visible` is what the policy lets this actor list. */
  list(
    scope: ServiceScope,
    visible: Filter,
    input: ListInput,
  ): Promise<Omit<AssetPage, 'items'> & { readonly items: readonly AssetRecord[] }>
  find(scope: ServiceScope, name: StoredName): Promise<AssetRecord | null>
  /** `recheck` is asked again when the record changed under way. */
  update(scope: ServiceScope, record: AssetRecord, patch: AssetPatch, guard: WriteGuard, recheck: Recheck): Promise<AssetRecord>
  delete(scope: ServiceScope, record: AssetRecord, guard: WriteGuard, recheck: Recheck): Promise<void>
  content(kind: BoundKind, record: AssetRecord): Promise<AssetContent>
  /** How often each was downloaded, of a kind that counts; at most 1000. */
  downloads(kind: BoundKind, records: readonly AssetRecord[]): Promise<readonly number[]>
  replaceContent(scope: ServiceScope, record: AssetRecord, input: ReplaceInput, recheck: Recheck): Promise<AssetRecord>
  derivative(kind: BoundKind, record: AssetRecord, name: string): Promise<AssetContent>
  createLink(kind: BoundKind, record: AssetRecord, options: LinkOptions): SignedLink
  /** `asset.id` as stored. Null where there is nothing to link. */
  signLink(kind: BoundKind, asset: Linkable, options: LinkOptions): SignedLink | null
  openLink(token: string, kinds: readonly BoundKind[], options?: OpenLinkOptions): Promise<LinkedContent>
}

/** Reads the record anew and asks the policy again. @throws as the policy does, `not_found` when it is gone */
export type Recheck = () => Promise<AssetRecord>
