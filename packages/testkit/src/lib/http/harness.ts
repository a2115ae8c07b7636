import type { MetadataStore, StorageAdapter, Transformer } from '@stowage/core/contracts'
import type { HttpApi } from '@stowage/http'
import type { TestRunner } from '../storage/conformance/harness.ts'

/** What the suite needs to know of the binding that it tries. */
export interface HttpHarness {
  /** Stands in the name of the suite. */
  readonly name: string
  /**
   * Puts an api behind the binding, on a server of its own that was prepared as the binding's guide says, at the root and with nothing
   * else on it. Called for every case.
   */
  open(api: HttpApi): Promise<OpenBinding>
  /** Where assets lie, empty and for one case. Default: in memory. */
  readonly backend?: () => Promise<HttpBackend>
  /** Makes pictures of PNG files, in every format. Default: none, and cases about pictures are skipped. */
  readonly transformer?: Transformer
}

/** How requests reach the binding: over a socket where there is one, else as `Request` and `Response`. */
export type OpenBinding = SocketBinding | FetchBinding

export interface SocketBinding {
  /** Of a server that listens on 127.0.0.1. */
  readonly port: number
  readonly fetch?: never
  close(): Promise<void>
}

/** Cases that speak of connections are skipped. */
export interface FetchBinding {
  readonly fetch: (request: Request) => Promise<Response>
  readonly port?: never
  close(): Promise<void>
}

export interface HttpBackend {
  readonly storage: StorageAdapter
  readonly metadata: MetadataStore
  /** Removes what `storage` and `metadata` leave behind; both are closed by then. */
  close(): Promise<void>
}

export type { TestRunner }
