import { type Asset, isStowageError, StowageError } from '@stowage/core'
import { allowed, answerOf, same, type View, viewsOf } from '../answers.ts'
import type { PolicyRow, Scene } from '../harness.ts'

const bodyBy = ({ who }: View): Uint8Array => new TextEncoder().encode(`other bytes, by ${who}`)
const titleBy = ({ who }: View): string => `a title by ${who}`

/** Whether a write was let through by the policy: what the kind's fields then refuse was let through. */
async function letThrough(write: Promise<unknown>): Promise<{ allowed: boolean; done: boolean }> {
  try {
    const { refused } = await answerOf(write)
    return { allowed: refused === undefined, done: refused === undefined }
  } catch (error) {
    if (isStowageError(error, 'unprocessable')) return { allowed: true, done: false }
    throw error
  }
}

async function stored({ stowage }: Scene, id: string): Promise<Asset | null> {
  return stowage.trusted
    .in({ kind: 'first' })
    .get({ id })
    .catch((error: unknown) => {
      if (error instanceof StowageError && error.code === 'not_found') return null
      throw error
    })
}

interface Write {
  readonly action: 'update' | 'delete'
  readonly run: (view: View, id: string) => Promise<unknown>
  /** Whether it took place. */
  readonly seen: (before: Asset, after: Asset | null, view: View) => boolean
}

const WRITES: readonly Write[] = [
  {
    action: 'update',
    run: (view, id) => view.assets.update(id, { title: titleBy(view) }),
    seen: (_before, after, view) => after?.title === titleBy(view),
  },
  {
    action: 'update',
    run: (view, id) => view.assets.replaceContent(id, { body: bodyBy(view) }),
    seen: (before, after) => after?.sha256 !== before.sha256,
  },
  { action: 'delete', run: ({ assets }, id) => assets.delete(id), seen: (_before, after) => after === null },
]

export const writeRows: readonly PolicyRow[] = [
  {
    id: 'P14',
    title: 'a change or deletion takes place exactly where it is decided so, and one that is refused changes nothing',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        for (const [i, { id }] of view.here.entries()) {
          const before = await stored(scene, id)
          const write = WRITES[i % WRITES.length]
          if (!before || !write) continue
          const decided = await allowed(scene, view, write.action, id)
          const outcome = await letThrough(write.run(view, id))
          same(outcome.allowed, decided, `${write.action} of ${id} by ${view.who}`)
          const after = await stored(scene, id)
          if (outcome.done) same(write.seen(before, after, view), true, `${id} after the ${write.action} by ${view.who}`)
          else same(after, before, `${id} after a ${write.action} that ${view.who} may not do`)
        }
      }
    },
  },
  {
    id: 'P15',
    title: 'an upload is taken exactly where creating is decided so, and belongs to who made it, where it was made',
    async run(scene) {
      for (const view of viewsOf(scene)) {
        const decided = (await answerOf(view.assets.authorize('create'))).refused === undefined
        const upload = view.assets.upload({ body: bodyBy(view), contentType: 'text/plain' })
        const outcome = await letThrough(upload)
        same(outcome.allowed, decided, `an upload by ${view.who}`)
        if (!outcome.done) continue
        const { id, kind, space, createdBy } = await upload
        same([kind, space, createdBy], ['first', view.space?.id ?? '', view.actor?.id ?? null], `the upload of ${view.who}`)
        same((await stored(scene, String(id))) !== null, true, `the upload of ${view.who} is kept`)
      }
    },
  },
]
