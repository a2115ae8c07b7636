import { createHash } from 'node:crypto'
import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { Filter, Scalar, Sort } from '../../contracts/filter.ts'
import type { Position } from '../../contracts/metadata.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'

/** Who asks for what: a cursor opens only for the same question. */
export interface Question {
  readonly scope: ServiceScope
  readonly filter: Filter
  /** Null: by rank. */
  readonly sort: Sort | null
}

/** The place behind a row, in the order of a column. */
export function sealPosition(deps: ServiceDeps, question: Question & { readonly sort: Sort }, last: AssetRecord): string {
  const { column } = question.sort
  const value = typeof column === 'string' ? last[column] : (last.fields[column.field] ?? null)
  return deps.signers('cursor').seal([value, last.id, contextOf(question)])
}

/** The place after so many rows. */
export function sealOffset(deps: ServiceDeps, question: Question, offset: number): string {
  return deps.signers('cursor').seal([offset, null, contextOf(question)])
}

/** @throws StowageError `invalid_cursor` */
export function openPosition(deps: ServiceDeps, question: Question, cursor: string): Position {
  const [value, id] = opened(deps, question, cursor)
  return { value: value as Scalar | null, id: id as string }
}

/** @throws StowageError `invalid_cursor` */
export function openOffset(deps: ServiceDeps, question: Question, cursor: string): number {
  const [offset] = opened(deps, question, cursor)
  return offset as number
}

function opened(deps: ServiceDeps, question: Question, cursor: string): readonly unknown[] {
  const content = deps.signers('cursor').open(cursor)
  if (Array.isArray(content) && content[2] === contextOf(question)) return content
  throw new StowageError('invalid_cursor', 'The cursor is not from this list: start again without it, or keep the same filters.')
}

function contextOf({ scope, filter, sort }: Question): string {
  const question = [scope.kind.name, scope.actor?.id ?? null, scope.space?.id ?? null, filter, sort]
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 22)
}
