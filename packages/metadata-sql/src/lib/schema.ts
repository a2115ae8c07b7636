import type {
  AssetRecord,
  BlobRecord,
  IdempotencyRecord,
  JobRecord,
  JsonValue,
  Reservation,
  UploadRecord,
} from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { SqlValue } from './fragment.ts'
import { checkText, encodeJson } from './text.ts'

export type ColumnType = 'text' | 'integer' | 'json'
export interface TableColumn {
  readonly property: string
  readonly column: string
  readonly type: ColumnType
}

/** A record's columns, in the order in which rows are selected and inserted. */
export interface Table<T> {
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly byProperty: ReadonlyMap<string, TableColumn>
  /** A record of nulls. */
  readonly empty: Readonly<Record<string, JsonValue>>
  /** Declares what kind of record its rows hold; never read. */
  readonly record?: T
}

function table<T>(name: string, shape: Readonly<Record<keyof T & string, ColumnType>>): Table<T> {
  const columns = Object.entries<ColumnType>(shape).map(([property, type]) => ({
    property,
    column: property.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
    type,
  }))
  return {
    name,
    columns,
    byProperty: new Map(columns.map(column => [column.property, column])),
    empty: Object.fromEntries(columns.map(({ property }) => [property, null])),
  }
}

export const assets = table<AssetRecord>('assets', {
  id: 'text',
  kind: 'text',
  space: 'text',
  createdBy: 'text',
  type: 'text',
  state: 'text',
  processing: 'text',
  processingError: 'text',
  processingProgress: 'integer',
  visibility: 'text',
  title: 'text',
  description: 'text',
  slug: 'text',
  filename: 'text',
  uniqueName: 'text',
  contentType: 'text',
  sizeBytes: 'integer',
  sha256: 'text',
  width: 'integer',
  height: 'integer',
  properties: 'json',
  fields: 'json',
  metadata: 'json',
  tags: 'json',
  externalUrl: 'text',
  blobId: 'text',
  version: 'integer',
  createdAt: 'integer',
  updatedAt: 'integer',
})
export const blobs = table<BlobRecord>('blobs', {
  id: 'text',
  assetId: 'text',
  kind: 'text',
  storage: 'text',
  key: 'text',
  state: 'text',
  role: 'text',
  sourceId: 'text',
  scan: 'text',
  sizeBytes: 'integer',
  sha256: 'text',
  etag: 'text',
  contentType: 'text',
  leaseToken: 'text',
  dueAt: 'integer',
  purgesLeft: 'integer',
  createdAt: 'integer',
})
export const jobs = table<JobRecord>('jobs', {
  id: 'text',
  type: 'text',
  payload: 'json',
  state: 'text',
  attempts: 'integer',
  maxAttempts: 'integer',
  runAt: 'integer',
  leaseToken: 'text',
  leaseUntil: 'integer',
  lastError: 'text',
  createdAt: 'integer',
})
export const uploads = table<UploadRecord>('uploads', {
  id: 'text',
  assetId: 'text',
  blobId: 'text',
  kind: 'text',
  state: 'text',
  storageUploadId: 'text',
  offsetBytes: 'integer',
  declaredBytes: 'integer',
  leaseToken: 'text',
  expiresAt: 'integer',
  data: 'json',
  createdAt: 'integer',
})
export const idempotency = table<IdempotencyRecord>('idempotency', {
  scope: 'text',
  key: 'text',
  fingerprint: 'text',
  response: 'json',
  expiresAt: 'integer',
})
export const reservations = table<Reservation>('reservations', {
  id: 'text',
  kind: 'text',
  space: 'text',
  bytes: 'integer',
  count: 'integer',
  expiresAt: 'integer',
})

/** @throws StowageError `unprocessable` for what the column can't hold exactly */
export function encode({ property, type }: TableColumn, value: unknown): SqlValue {
  if (value === null || value === undefined) return null
  if (type === 'text') return checkText(value as string, property)
  if (type === 'json') return encodeJson(value, property)
  if (Number.isSafeInteger(value)) return value as number
  throw new StowageError('unprocessable', `${property} is no whole number within ±(2^53 - 1).`, { details: { column: property } })
}

/** The record of a row whose values stand in the order of the table's columns. */
export function decode<T>({ columns, empty }: Table<T>, row: readonly SqlValue[]): T {
  // A copy of one object has its shape at once, which growing it member by member costs more than reading the row.
  const record = { ...empty }
  for (let i = 0; i < columns.length; i++) {
    const { property, type } = columns[i] as TableColumn
    const value = row[i] ?? null
    if (value === null) continue
    if (type === 'text') record[property] = value
    else record[property] = type === 'json' ? parse(value as string) : Number(value)
  }
  return record as T
}

function parse(text: string): JsonValue {
  if (text === '{}') return {}
  return text === '[]' ? [] : (JSON.parse(text) as JsonValue)
}

/** Column names for a select, with an alias in front where one is given. */
export function selectList<T>(source: Table<T>, alias = ''): string {
  return source.columns.map(({ column }) => (alias === '' ? `"${column}"` : `${alias}."${column}"`)).join(', ')
}
