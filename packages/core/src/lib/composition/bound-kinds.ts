import { StowageError } from '../contracts/errors.ts'
import { defineKind } from '../kinds/define-kind.ts'
import type { BoundKind, Kind, KindOptions } from '../kinds/kind.ts'
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

/** What the options of createStowage say of the default kind. */
const KIND_OPTIONS: Readonly<Record<Exclude<keyof KindOptions, 'name' | 'policy'>, true>> = {
  fields: true,
  indexes: true,
  sorts: true,
  searched: true,
  privateFields: true,
  slugs: true,
  check: true,
  quota: true,
  countDownloads: true,
  ids: true,
  keys: true,
  limits: true,
  accept: true,
  declaredTypes: true,
  filenames: true,
  visibility: true,
  processing: true,
}

function defaultKind({ name = 'asset', ...options }: StowageOptions): Kind {
  const given = Object.entries(options).filter(([option, value]) => Object.hasOwn(KIND_OPTIONS, option) && value !== undefined)
  return defineKind({ name, ...Object.fromEntries(given) })
}
