import type { KnownAsset } from './world.ts'

/** What a resumable upload is begun for. */
export interface BegunResumable {
  readonly api: string
  readonly base: string
  readonly owner: string
  readonly filename: string
  readonly content: Buffer
  /** The digest that was announced is another file's. */
  readonly lies: boolean
  /** The length was announced. */
  readonly declared: boolean
}

/** A resumable upload that a lane has begun. */
export interface KnownResumable extends Omit<BegunResumable, 'declared'> {
  readonly id: string
  declared: boolean
  /** As much was told to have arrived: never again is it less. */
  offsetBytes: number
  /** `ended`: given up, or expired. */
  state: 'open' | 'verifying' | 'done' | 'failed' | 'ended'
  /** False once something was sent whose outcome nobody saw, or that came with others. */
  sure: boolean
  /** Bytes may have arrived that are not the content's. */
  tainted: boolean
  asset: KnownAsset | null
}

/** What is asked of it. */
export interface ResumableStep {
  readonly known: KnownResumable
  readonly does: 'head' | 'append' | 'read' | 'abort'
  /** Of bytes that are sent: where they end. */
  readonly endBytes?: number
  /** The length comes with it. */
  readonly declares?: boolean
}

export const isUnderWay = ({ state }: KnownResumable): boolean => state === 'open' || state === 'verifying'

export const resumablePath = ({ base, id }: KnownResumable): string => `${base}/uploads/resumable/${id}`
