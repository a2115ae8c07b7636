import type { AssetRecord, Filter } from '@stowage/core'
import { allowed, answerOf as answer, listed, same, type View, viewsOf } from '../answers.ts'
import type { PolicyRow, Scene } from '../harness.ts'
import { ACTIONS } from '../rule-trees.ts'
import { WORD } from '../stage.ts'

const ABSENT = 'asset-999'
const ON_ONE = ACTIONS.filter(action => action !== 'create')

/** Assets that are not in the view, for their kind, their space or their state. */
function outsideOf({ records }: Scene, { here }: View): readonly AssetRecord[] {
  return records.filter(record => !here.includes(record))
}

export const separationRows: readonly PolicyRow[] = [
  {
    id: 'P12',
    title: 'nothing of another kind or space, and nothing that is not ready, shows by its id or in any list',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const outside = outsideOf(scene, view)
        for (const { id, kind, space, state } of outside) {
          const what = `${id}, which is ${state}, of kind ${kind}, in ${space || 'no space'}, for ${view.who}`
          for (const action of ON_ONE) same(await allowed(scene, view, action, id), false, `${action} ${what}`)
          same((await answer(view.assets.get({ id }))).refused === undefined, false, `get ${what}`)
          same((await answer(view.assets.content({ id }))).refused === undefined, false, `open ${what}`)
          same((await listed(scene, view, { filter: { op: 'eq', column: 'id', value: id } })).ids, [], `list ${what}`)
        }
        const foreign: Filter = { op: 'in', column: 'id', values: outside.map(({ id }) => id) }
        const wide: Filter = { op: 'or', filters: [foreign, { op: 'all' }, { op: 'not', filter: foreign }] }
        const here = view.here.map(({ id }) => id)
        for (const input of [{ filter: wide }, { filter: wide, search: WORD }, { filter: foreign }]) {
          const strange = (await listed(scene, view, input)).ids.filter(id => !here.includes(id))
          same(strange, [], `from elsewhere in the list of ${view.who}`)
        }
      }
    },
  },
  {
    id: 'P13',
    title: 'what one may not read can’t be told from what is not there',
    async run(scene) {
      const { stowage } = scene
      for (const view of viewsOf(scene)) {
        // Whoever lacks a scope only may be told so.
        const unlimited = view.actor && { id: view.actor.id }
        const scope = { kind: 'first', ...(view.space && { space: view.space }) }
        const twin = { ...view, assets: stowage.as(unlimited).in(scope) }
        for (const { id } of view.here) {
          if ((await allowed(scene, view, 'read', id)) || (await allowed(scene, twin, 'read', id))) continue
          for (const ask of QUESTIONS) {
            const [hidden, absent] = await Promise.all([ask(view, id), ask(view, ABSENT)])
            if (hidden.refused !== undefined) same(hidden, absent, `the answer on ${id}, hidden from ${view.who}`)
          }
        }
      }
    },
  },
]

type Ask = (view: View, id: string) => ReturnType<typeof answer<unknown>>

const QUESTIONS: readonly Ask[] = [
  ({ assets }, id) => answer(assets.get({ id })),
  ({ assets }, id) => answer(assets.content({ id })),
  ({ assets }, id) => answer(assets.createLink(id)),
  ...(['read', 'update', 'delete'] as const).map<Ask>(action => (view, id) => answer(view.assets.authorize(action, id))),
]
