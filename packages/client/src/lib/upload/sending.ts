import type { Connection } from '../connection.ts'
import type { UploadOptions } from '../inputs.ts'
import type { Asset } from '../wire.ts'
import type { Patience } from './retrying.ts'
import type { Session } from './session.ts'

/** What a way of sending large files is given. */
export interface Sending {
  readonly connection: Connection
  readonly blob: Blob
  readonly options: UploadOptions
  readonly patience: Patience
  /** Told how many bytes of the file were sent; may be told of fewer than before. */
  readonly onSent: (bytes: number) => void
  /** Told once any bytes are known to have arrived. */
  readonly onArrived: () => void
}

/** Begins an upload or takes up the one of the session, sends what is missing, and waits for the asset. Called again after a pause. */
export type Send = (sending: Sending, session: Session) => Promise<Asset>
