import type { Action, AssetPage, Filter } from '@stowage/core'
import { answerOf, decided, listed, same, type View, viewsOf, whereSpaceIsNeeded } from '../answers.ts'
import type { PolicyRow, Scene } from '../harness.ts'
import { mayDo } from '../reference.ts'
import { bytesOf, WORD } from '../stage.ts'

const ON_ONE: readonly Action[] = ['list', 'read', 'update', 'delete']

async function meant(scene: Scene, { actor, space, here }: View, action: Action): Promise<string[]> {
  const ids: string[] = []
  for (const asset of here) if (await mayDo(scene.world.policy, { actor, action, space, asset })) ids.push(asset.id)
  return ids.sort()
}

/** Whether the policy itself says that listing and reading are one question. */
function readsAsLists({ world: { policy } }: Scene, userGave: boolean): boolean {
  return userGave || policy.rules.list === policy.rules.read
}

export const agreementRows: readonly PolicyRow[] = [
  {
    id: 'P1',
    title: 'each decision on one asset is what the rules say',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        for (const action of ON_ONE) {
          same(await decided(scene, view, action), await meant(scene, view, action), `what ${view.who} may ${action}`)
        }
      }
    },
  },
  {
    id: 'P2',
    title: 'a list holds exactly what the single decision on each asset lets through',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const { ids, refused } = await listed(scene, view)
        const what = `the list of ${view.who}${refused === null ? '' : `, refused as ${refused}`}`
        same(ids, await decided(scene, view, 'list'), what)
      }
    },
  },
  {
    id: 'P3',
    title: 'totals count exactly what the list may hold',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const count = (await decided(scene, view, 'list')).length
        for (const total of ['bounded', 'exact'] as const) {
          const answer = await answerOf(view.assets.list({ limit: 1, total }), ...whereSpaceIsNeeded(scene, view))
          const found = answer.refused === undefined ? answer.value.total : { count: 0, exact: true }
          same(found, { count, exact: true }, `the ${total} total of ${view.who}`)
        }
      }
    },
  },
  {
    id: 'P4',
    title: 'searches and filters narrow the list, and never widen it',
    async run(scene) {
      const narrowing: readonly Filter[] = [
        { op: 'eq', column: 'visibility', value: 'private' },
        { op: 'not', filter: { op: 'eq', column: 'type', value: 'image' } },
        { op: 'or', filters: [{ op: 'all' }, { op: 'none' }] },
      ]
      const holds = [
        (one: View['here'][number]) => one.visibility === 'private',
        (one: View['here'][number]) => one.type !== 'image',
        () => true,
      ]
      for (const view of viewsOf(scene)) {
        const visible = await decided(scene, view, 'list')
        same((await listed(scene, view, { search: WORD })).ids, visible, `what ${view.who} finds`)
        for (const [i, filter] of narrowing.entries()) {
          const expected = visible.filter(id => view.here.some(one => one.id === id && holds[i]?.(one)))
          same((await listed(scene, view, { filter })).ids, expected, `what ${view.who} filters by ${JSON.stringify(filter)}`)
          const both = await listed(scene, view, { filter, search: WORD })
          same(both.ids, expected, `what ${view.who} finds by ${JSON.stringify(filter)}`)
        }
      }
    },
  },
  {
    id: 'P5',
    title: 'a record, its bytes and links to them are given exactly where reading is decided so',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const readable = await decided(scene, view, 'read')
        for (const { id } of view.here) {
          const may = readable.includes(id)
          const got = await answerOf(view.assets.get({ id }))
          same(got.refused === undefined, may, `${view.who} gets ${id}`)
          const content = await answerOf(view.assets.content({ id }).then(found => found.open()))
          same(content.refused === undefined, may, `${view.who} opens ${id}`)
          if (content.refused === undefined && content.value.body) {
            same(await textOf(content.value.body), bytesOf(id).toString(), `the bytes of ${id}`)
          }
          same((await answerOf(view.assets.createLink(id))).refused === undefined, may, `${view.who} links to ${id}`)
        }
      }
    },
  },
  {
    id: 'P6',
    title: 'what is listed can be read, and what can be read is listed',
    skip: ({ listDiffersFromRead }) => listDiffersFromRead ?? null,
    async run(scene, { harness }) {
      if (!readsAsLists(scene, harness.policy !== undefined)) return
      for (const view of viewsOf(scene)) {
        // A list across spaces may be refused where a single read is not.
        if (whereSpaceIsNeeded(scene, view).length > 0) continue
        same((await listed(scene, view)).ids, await decided(scene, view, 'read'), `listed, instead of readable, for ${view.who}`)
      }
    },
  },
  {
    id: 'P7',
    title: 'pages of any size, by cursor and by offset, are together the list',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const whole = await decided(scene, view, 'list')
        if (whole.length === 0) continue
        for (const limit of [1, 2, whole.length]) {
          same((await byCursor(view, limit)).sort(), whole, `pages of ${limit} by cursor, for ${view.who}`)
          same((await byOffset(view, limit)).sort(), whole, `pages of ${limit} by offset, for ${view.who}`)
        }
      }
    },
  },
  {
    id: 'P8',
    title: 'a list over several spaces is the lists of each together',
    async run(scene) {
      const views = viewsOf(scene).filter(view => view.space !== null)
      const [first] = views
      if (!first) return
      const each = await Promise.all(views.map(view => decided(scene, view, 'list')))
      const spaces = scene.world.spaces
      const assets = scene.stowage.as(first.actor).in({ kind: 'first', spaces })
      const page = await assets.list({ limit: 1000, total: 'exact' })
      same(
        page.items.map(({ id }) => String(id)).sort(),
        each.flat().sort(),
        `the list of ${first.who} over ${spaces.length} spaces`,
      )
      same(page.total, { count: each.flat().length, exact: true }, `the total over ${spaces.length} spaces`)
    },
  },
]

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function byCursor({ assets, here }: View, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  // One page more than there can be: a list that never ends has failed.
  for (let pages = 0; cursor !== null && pages <= here.length + 1; pages += 1) {
    const page: AssetPage = await assets.list({ limit, ...(cursor && { cursor }) })
    ids.push(...page.items.map(({ id }) => String(id)))
    cursor = page.cursor
  }
  return ids
}

async function byOffset({ assets, here }: View, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let offset = 0; offset <= here.length; offset += limit) {
    ids.push(...(await assets.list({ limit, offset })).items.map(({ id }) => String(id)))
  }
  return ids
}
