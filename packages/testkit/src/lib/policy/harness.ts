import type { Actor, AssetRecord, KindOptions, MetadataStore, Policy, Space, Stowage, StowageOptions } from '@stowage/core'
import type { Arbitrary } from 'fast-check'
import type { World } from './world.ts'

/**
 * What a suite needs to know of the policy that it tries, or of the store that a policy's lists are answered by. What is left out is
 * generated; the scopes and roles that the policy's rules name are among what is generated.
 */
export interface PolicyHarness {
  /** Stands in the name of the suite. */
  readonly name: string
  /** Default: policies generated from all ready-made rules, what combines them, and custom rules, to prove a store. */
  readonly policy?: Policy
  /** A new, empty store for each row, not opened yet. Default: the store in memory. */
  readonly metadata?: () => MetadataStore | Promise<MetadataStore>
  /** The fields that your kind declares, as given to `defineKind`, where rules look at them. */
  readonly fields?: KindOptions['fields']
  /** Columns of assets that your rules look at. Default: any creator, visibility, type and tags. */
  readonly assets?: Arbitrary<Partial<AssetRecord>>
  /** Who may ask; `null` is anonymous. They are also whom assets are made by. */
  readonly actors?: Arbitrary<Actor | null>
  readonly spaces?: Arbitrary<Space>
  /** Why who may list something may not always read it, or the other way round, where this is meant. */
  readonly listDiffersFromRead?: string
  /** Your own composition, where it isn't `createStowage` alone. It must pass these options on. */
  readonly create?: (options: StowageOptions) => Promise<Stowage>
  /** Worlds for each row. Default 50. */
  readonly runs?: number
  /** Default: another one each time. It is in the name of the suite. */
  readonly seed?: number
  /** Runs one row on one world: what the message of a failed row says. */
  readonly replay?: { readonly row: string; readonly seed: number; readonly path: string }
}

/** The suite's own reading of a harness: what is generated, and what a world is played on. */
export interface Scene {
  readonly world: World
  readonly stowage: Stowage
  /** The rows of the assets, as they are stored. */
  readonly records: readonly AssetRecord[]
}

/** One row of the suite. */
export interface PolicyRow {
  readonly id: `P${number}`
  readonly title: string
  readonly skip?: (harness: PolicyHarness) => string | null
  /** Part of the runs that are asked for: rows that play a world several times take fewer. Default 1. */
  readonly share?: number
  run(scene: Scene, stage: Stage): Promise<void>
}

/** Where worlds are played. */
export interface Stage {
  readonly harness: PolicyHarness
  /** The scene's world again, under another policy or with other spaces. */
  replayed(scene: Scene, changes: Partial<World>, options?: StowageOptions): Promise<Scene>
}
