import type { Action, Space } from '@stowage/core'
import { type FakeClock, fakeClock } from '../../clock/fake-clock.ts'
import { allowed, answerOf, listed, same, type View, viewsOf } from '../answers.ts'
import type { PolicyRow, Scene } from '../harness.ts'
import { ACTIONS, rulesIn } from '../rule-trees.ts'
import { FAILURES, sabotaged } from './failing-rules.ts'

const BODY = new TextEncoder().encode('what nobody may upload')
const ROLE_FAILURES = ['throws', 'rejects', 'hangs'] as const
const ASSETS_TRIED = 2

type Patience = <T>(work: Promise<T>) => Promise<T>

/** Waits, while hours go by for the rules that are asked. */
function patient(clock: FakeClock): Patience {
  return async work => {
    let over = false
    const end = () => {
      over = true
    }
    work.then(end, end)
    while (!over) {
      await clock.advance(60_000)
      await new Promise(resolve => setImmediate(resolve))
    }
    return work
  }
}

/** @throws AssertionError when any of the actions gets through */
async function denies(scene: Scene, view: View, actions: readonly Action[], wait: Patience = work => work): Promise<void> {
  for (const action of actions) {
    for (const { id } of view.here.slice(0, ASSETS_TRIED)) {
      same(await wait(allowed(scene, view, action, id)), false, `${view.who} may ${action} ${id}`)
    }
  }
  if (actions.includes('list')) same((await wait(listed(scene, view))).ids, [], `the list of ${view.who}`)
  if (!actions.includes('create')) return
  const { refused } = await wait(answerOf(view.assets.upload({ body: BODY })))
  same(refused !== undefined, true, `an upload of ${view.who} is refused`)
}

/** Runs with what a scene under another policy or with other spaces shows, and closes it. */
async function under(scene: Promise<Scene>, see: (scene: Scene) => Promise<void>): Promise<void> {
  const opened = await scene
  try {
    await see(opened)
  } finally {
    await opened.stowage.close()
  }
}

export const denialRows: readonly PolicyRow[] = [
  {
    id: 'P9',
    title: 'an action without a rule is denied to everyone',
    share: 0.5,
    async run(scene, stage) {
      await under(stage.replayed(scene, { policy: { rules: {} } }), async empty => {
        for (const view of viewsOf(empty)) await denies(empty, view, ACTIONS)
      })
      for (const action of ACTIONS) {
        const { [action]: _without, ...rules } = scene.world.policy.rules
        await under(stage.replayed(scene, { policy: { rules } }), async less => {
          for (const view of viewsOf(less)) await denies(less, view, [action])
        })
      }
    },
  },
  {
    id: 'P10',
    title: 'a rule that throws, hangs or answers nothing denies, wherever it stands',
    share: 0.4,
    async run(scene, stage) {
      for (const [turn, failure] of Object.keys(FAILURES).entries()) {
        const clock = fakeClock()
        const policy = sabotaged(scene.world.policy, failure, turn + scene.records.length)
        await under(stage.replayed(scene, { policy }, { clock }), async worse => {
          for (const view of viewsOf(worse)) await denies(worse, view, ACTIONS, patient(clock))
        })
      }
    },
  },
  {
    id: 'P11',
    title: 'where the role look-up throws or hangs, every rule that asks for the role denies',
    share: 0.5,
    async run(scene, stage) {
      const { policy } = scene.world
      const asking = ACTIONS.filter(action => {
        const rule = policy.rules[action]
        return rule && rulesIn(rule).some(one => one.rule === 'hasRole' || one.rule === 'custom')
      })
      if (asking.length === 0 || (scene.world.actors[0] ?? null) === null) return
      for (const failure of ROLE_FAILURES) {
        const clock = fakeClock()
        const roleOf = FAILURES[failure] as NonNullable<Space['roleOf']>
        const spaces = scene.world.spaces.map(space => ({ ...space, roleOf }))
        await under(stage.replayed(scene, { spaces }, { clock }), async worse => {
          const inside = viewsOf(worse).filter(view => view.space !== null)
          for (const view of inside) await denies(worse, view, asking, patient(clock))
        })
      }
    },
  },
]
