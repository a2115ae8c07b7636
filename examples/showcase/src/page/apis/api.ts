import type { AssetClient } from '@stowage/client'
import type { AssetItem, AssetSource } from '@stowage/ui'
import type { TracedFetch } from '../wire/traced-fetch.ts'

/** Somebody whom an API knows by a token; or nobody. */
export interface Identity {
  readonly id: string
  readonly name: string
  readonly token: string | null
  /** Tells two identities of one name apart. */
  readonly note?: string
}

/** What assets belong to, where an API has several. */
export interface Place {
  readonly id: string
  readonly title: string
}

export type Ability = 'See' | 'Upload' | 'Edit' | 'Delete'

/** What an identity is in a place, in words. The API decides by itself: these only tell beforehand. */
export interface Standing {
  readonly role: string
  readonly sentence: string
  readonly may: Readonly<Partial<Record<Ability, 'yes' | 'no' | 'own'>>>
}

/** A member of a form, or a filter of a list. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly kind: 'text' | 'choice' | 'check'
  /** At first; `true` for a check that is on. */
  readonly value?: string
  readonly placeholder?: string
  readonly hint?: string
  readonly required?: boolean
  readonly choices?: readonly (readonly [value: string, label: string])[]
  /** What others wrote there. */
  readonly suggestions?: readonly string[]
}

export type Values = Readonly<Record<string, string>>

/** Another way to make an asset than to upload a file. */
export interface Extra {
  readonly title: string
  readonly button: string
  readonly fields: readonly Field[]
  run(values: Values): Promise<unknown>
}

/** A source that a page can show more of. */
export interface ShowcaseSource extends AssetSource {
  /** What is worth knowing of it, in order. */
  facts(item: AssetItem): readonly (readonly [label: string, value: string])[]
  readonly extras?: readonly Extra[]
  /** Says what a copied link is good for. */
  readonly linkHint?: (item: AssetItem) => string
  /** Members that an edit can change, with their values now. */
  readonly editable?: (item: AssetItem) => readonly Field[]
  save?(item: AssetItem, values: Values): Promise<AssetItem>
}

export interface SourceContext {
  readonly fetch: TracedFetch
  /** For what an API has in common with the house API, below a path of it. */
  readonly client: (path: string) => AssetClient
  readonly token: string | null
  readonly place: string
  /** Of the API's own filters, those that are set. */
  readonly filters: Values
  /** The page's own address of a URL that the API wrote. */
  readonly reach: (url: string) => string
}

/** One of the four APIs, as the page presents it. */
export interface Api {
  readonly id: string
  readonly title: string
  readonly tagline: string
  readonly about: string
  /** Of one file, as the API's document says it. */
  readonly limit: string
  readonly framework: 'Express' | 'Hono'
  readonly code: string
  readonly identities: readonly Identity[]
  /** What a place is called; absent where there is one only. */
  readonly placeLabel?: string
  readonly places: readonly Place[]
  standing(identity: Identity, place: string): Standing
  /** Sent with each uploaded file. */
  readonly fields: readonly Field[]
  readonly filters: readonly Field[]
  open(context: SourceContext): ShowcaseSource
}
