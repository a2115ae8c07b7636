import { createAssetClient } from '@stowage/client'
import { LitElement, type PropertyDeclarations } from 'lit'
import type { AssetSource } from '../asset-source.ts'
import { houseSource } from '../house-source.ts'
import { languageOf } from './format.ts'

/** What both elements have: where assets come from. */
export abstract class SourceElement extends LitElement {
  static override properties: PropertyDeclarations = {
    source: { attribute: false },
    endpoint: {},
    token: { attribute: false },
    thumbnail: {},
  }
  /** Where assets come from and go to. Comes before `endpoint`. */
  declare source: AssetSource | null
  /** Base URL of a house API, the short form of `source`. */
  declare endpoint: string
  /** Bearer token for `endpoint`. Empty: the page's cookies are all it takes. */
  declare token: string
  /** Name of the derivative that is the thumbnail, for `endpoint`. */
  declare thumbnail: string
  #made: { readonly of: readonly string[]; readonly source: AssetSource } | null = null

  constructor() {
    super()
    this.source = null
    this.endpoint = ''
    this.token = ''
    this.thumbnail = ''
  }

  /** The source given, or the one that `endpoint` stands for. */
  protected get assets(): AssetSource | null {
    if (this.source) return this.source
    const of = [this.endpoint, this.token, this.thumbnail]
    if (this.endpoint === '') return null
    if (this.#made?.of.join() !== of.join()) this.#made = { of, source: this.#make() }
    return this.#made?.source ?? null
  }

  protected get language(): string | undefined {
    return languageOf(this)
  }

  #make(): AssetSource {
    const { endpoint, token, thumbnail } = this
    const client = createAssetClient({ baseUrl: endpoint, ...(token !== '' && { token }) })
    return houseSource(client, { authenticated: token !== '', ...(thumbnail !== '' && { thumbnail }) })
  }

  protected emit(name: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }))
  }
}
