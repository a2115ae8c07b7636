import { StowageError } from '../contracts/errors.ts'
import { defineKind } from '../kinds/define-kind.ts'
import type { BoundKind, Kind } from '../kinds/kind.ts'
import type { StowageOptions } from './options.ts'

/** The kinds that the options declare, each with an id strategy. @throws StowageError `invalid_request` */
export function boundKinds(options: StowageOptions, ids: BoundKind['ids']): readonly [BoundKind, ...BoundKind[]] {
  const { kinds } = options
  const bind = (kind: Kind): BoundKind => ({ ...kind, ids: kind.ids ?? ids })
  if (!kinds) return [bind(defaultKind(options))]
  const [first, ...rest] = kinds.map(bind)
  if (!first) throw new StowageError('invalid_request', 'createStowage: `kinds` is empty.')
  const names = kinds.map(kind => kind.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new StowageError('invalid_request', `createStowage: two kinds are named "${twice}".`)
  return [first, ...rest]
}

function defaultKind(options: StowageOptions): Kind {
  const { name = 'asset', fields, indexes, ids, keys, limits, accept, declaredTypes, filenames, visibility, processing } = options
  const given = { fields, indexes, ids, keys, limits, accept, declaredTypes, filenames, visibility, processing }
  return defineKind({ name, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) })
}
