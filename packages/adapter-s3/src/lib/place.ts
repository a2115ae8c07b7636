import type { S3Client } from '@aws-sdk/client-s3'
import type { Clock } from '@stowage/core/contracts'
import type { S3Quirks } from './quirks.ts'

/** A bucket, or what lies under a prefix of it, and how to talk to it. */
export interface Place {
  readonly client: S3Client
  readonly bucket: string
  /** Stands before every key. */
  readonly prefix: string
  readonly quirks: S3Quirks
  readonly partBytes: number
  readonly partsAtOnce: number
  /** Longest wait for the next bytes of an answer. */
  readonly timeoutMs: number
  readonly clock: Pick<Clock, 'now'>
}

/** What names an object to the SDK. */
export function objectAt({ bucket, prefix }: Place, key: string): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: prefix + key }
}

/** How a call is cancelled, as the SDK wants to be told. */
export function until(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {}
}
