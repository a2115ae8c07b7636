import {
  type Assets,
  createStowage,
  hasRole,
  type Kind,
  type MetadataStore,
  not,
  type Policy,
  type Rule,
  type Space,
  type Stowage,
  StowageError,
  type StowageOptions,
} from '@stowage/core'
import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { memoryMetadata } from '../../src/index.ts'

type Harm = (assets: Assets, stowage: Stowage) => Partial<Assets>

export interface BrokenPlace {
  readonly policy?: Policy
  readonly metadata?: () => MetadataStore
  readonly create?: (options: StowageOptions) => Promise<Stowage>
  /** Rows that must catch it. */
  readonly rows: readonly string[]
}

/** A service whose assets are asked past the policy somewhere. */
function service(rows: string, harm: Harm): BrokenPlace {
  const harmed = (assets: Assets, stowage: Stowage): Assets => ({
    ...assets,
    in: scope => harmed(assets.in(scope), stowage),
    ...harm(assets, stowage),
  })
  return {
    rows: rows.split(' '),
    async create(options) {
      const stowage = await createStowage(options)
      return { ...stowage, as: actor => harmed(stowage.as(actor), stowage) }
    },
  }
}

/** The same place without a policy. */
const unguarded = ({ kind, space }: Assets, { trusted }: Stowage): Assets =>
  trusted.in({ kind: kind.name, ...(space && { space }) })

/** A store that answers a list, or a count, for another filter than it was given. */
function store(rows: string, change: (inner: MetadataStore) => Partial<MetadataStore>): BrokenPlace {
  const metadata = (): MetadataStore => {
    const inner = memoryMetadata()
    return { ...inner, ...change(inner) }
  }
  return { rows: rows.split(' '), metadata }
}

function rewritten(filter: Filter, rewrite: (part: Filter) => Filter): Filter {
  if (filter.op === 'and' || filter.op === 'or') {
    return rewrite({ op: filter.op, filters: filter.filters.map(part => rewritten(part, rewrite)) })
  }
  return rewrite(filter.op === 'not' ? { op: 'not', filter: rewritten(filter.filter, rewrite) } : filter)
}

/** Its custom rules answer yes, and everything, where they fail. */
function lenient(kind: Kind): Kind {
  const rules = Object.entries(kind.policy?.rules ?? {}).map(([action, rule]) => [action, forgiving(rule)])
  return { ...kind, policy: { rules: Object.fromEntries(rules) } }
}

function forgiving(rule: Rule): Rule {
  if (rule.rule === 'not') return { ...rule, of: forgiving(rule.of) }
  if (rule.rule === 'anyOf' || rule.rule === 'allOf') return { ...rule, rules: rule.rules.map(forgiving) }
  if (rule.rule !== 'custom') return rule
  const { test } = rule
  return {
    ...rule,
    test: async context =>
      Promise.resolve(context)
        .then(test)
        .catch(() => true),
  }
}

function roleless(space: Space): Space {
  return {
    ...space,
    roleOf: async actor =>
      Promise.resolve(actor)
        .then(one => space.roleOf?.(one) ?? null)
        .catch(() => null),
  }
}

const filters = (rows: string, rewrite: (part: Filter) => Filter): BrokenPlace =>
  store(rows, inner => {
    const other = <T extends Pick<AssetQuery, 'filter'>>(query: T): T => ({ ...query, filter: rewritten(query.filter, rewrite) })
    return { list: async query => inner.list(other(query)), count: async (query, max) => inner.count(other(query), max) }
  })

/** Services and stores that do not keep to what a policy says. */
export const brokenPlaces: Readonly<Record<string, BrokenPlace>> = {
  'opens bytes without asking': service('P5', (assets, stowage) => ({
    content: name => unguarded(assets, stowage).content(name),
  })),
  'gives links without asking': service('P5', (assets, stowage) => ({
    createLink: id => unguarded(assets, stowage).createLink(id),
  })),
  'counts past the policy': service('P3', (assets, stowage) => ({
    async list(input = {}) {
      const page = await assets.list(input)
      return input.total ? { ...page, total: (await unguarded(assets, stowage).list(input)).total } : page
    },
  })),
  'searches past the policy': service('P4', (assets, stowage) => ({
    list: (input = {}) => (input.search ? unguarded(assets, stowage).list(input) : assets.list(input)),
  })),
  'takes any decision for yes': service('P1 P2 P9', () => ({ authorize: async () => undefined })),
  'changes without asking': service('P14', (assets, stowage) => ({
    update: (id, patch) => unguarded(assets, stowage).update(id, patch),
  })),
  'changes, then asks': service('P14', (assets, stowage) => ({
    async delete(id) {
      const answer = assets.authorize('delete', id).then(
        () => null,
        (error: unknown) => error,
      )
      await unguarded(assets, stowage).delete(id)
      const refused = await answer
      if (refused) throw refused
    },
  })),
  'takes uploads without asking': service('P9 P10 P15', (assets, stowage) => ({
    upload: input => unguarded(assets, stowage).upload(input),
  })),
  'says that what is hidden is forbidden': service('P13', (assets, stowage) => ({
    async get(name) {
      try {
        return await assets.get(name)
      } catch (error) {
        await unguarded(assets, stowage).get(name)
        throw new StowageError('forbidden', 'You may not read this.', { cause: error })
      }
    },
  })),
  'asks no policy over several spaces': service('P8', (assets, stowage) => ({
    in: scope => (scope.spaces ? stowage.trusted : assets).in(scope),
  })),
  'takes a failing rule for one that holds': {
    rows: ['P10'],
    create: options => createStowage({ ...options, kinds: (options.kinds ?? []).map(lenient) }),
  },
  'takes a failing look-up for no role': {
    ...service('P11', assets => ({ in: scope => assets.in({ ...scope, ...(scope.space && { space: roleless(scope.space) }) }) })),
    policy: { rules: { list: not(hasRole('banned')), read: not(hasRole('banned')) } },
  },
  'drops what stands under not': filters('P2', part => (part.op === 'not' ? { op: 'all' } : part)),
  'joins or as and': filters('P2', part => (part.op === 'or' && part.filters.length > 0 ? { ...part, op: 'and' } : part)),
  'begins every page at the first row': store('P7', inner => ({
    list: async ({ offset: _offset, ...query }) => inner.list(query),
  })),
  'lists other kinds too': store('P12', inner => ({
    async list(query) {
      const other = query.kind === 'first' ? await inner.list({ ...query, kind: 'second' }) : []
      return [...(await inner.list(query)), ...other].slice(0, query.limit)
    },
  })),
  'lists what is not ready': store('P2 P12', inner => ({
    list: async query => inner.list({ ...query, states: ['ready', 'uploading', 'failed', 'deleting'] }),
  })),
}
