import type { Kind } from '@stowage/core'
import type { AssetType, BuiltInColumn, Column, ProcessingState, Visibility } from '@stowage/core/contracts'
import { readDeclared } from './declared-field.ts'
import { type ReadValue, readDate, readNumber, readOneOf, readText } from './read-value.ts'

const assetTypes: Readonly<Record<AssetType, true>> = {
  image: true,
  video: true,
  audio: true,
  pdf: true,
  text: true,
  archive: true,
  link: true,
  file: true,
}
const visibilities: Readonly<Record<Visibility, true>> = { public: true, private: true }
const processingStates: Readonly<Record<ProcessingState, true>> = { none: true, pending: true, done: true, failed: true }

const readers: Readonly<Partial<Record<BuiltInColumn, ReadValue>>> = {
  type: readOneOf(Object.keys(assetTypes)),
  visibility: readOneOf(Object.keys(visibilities)),
  processing: readOneOf(Object.keys(processingStates)),
  sizeBytes: readNumber,
  width: readNumber,
  height: readNumber,
  createdAt: readDate,
  updatedAt: readDate,
}

/** How the values of a column are read. @throws TypeError for a field that the kind does not declare */
export function columnReader(kind: Kind, column: Column): ReadValue {
  return typeof column === 'string' ? (readers[column] ?? readText) : readDeclared(kind, column.field)
}

/** How what bounds a column is read, which need be no value of it. */
export function boundReader(column: Column): ReadValue {
  return column === 'createdAt' || column === 'updatedAt' ? readDate : readNumber
}
