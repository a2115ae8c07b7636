import type { Processor } from '@stowage/core/contracts'
import { gate } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'
import { processor, TEXT, text, words } from '../../../test/processors.ts'
import { StowageError } from '../contracts/errors.ts'
import { defineKind } from '../kinds/define-kind.ts'
import type { ProcessingOptions } from '../kinds/kind.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }

async function open(processing: ProcessingOptions, processors: readonly Processor[], more: object = {}) {
  const opened = await openStowage({ policy: ownerOnly(), workers: true, processing, processors, ...more })
  const assets = opened.stowage.as(alice)
  const body = { body: text('one two'), ...TEXT }
  return { ...opened, assets, body, upload: (input = {}) => assets.upload({ ...body, ...input }) }
}

/** Tells a fact, then waits at the door. */
const factsFirst = (held: ReturnType<typeof gate>): Processor =>
  processor(async ({ report }) => {
    await report({ facts: { properties: { pages: 2 } } })
    await held.wait()
    return { properties: { done: true } }
  })

describe('the answer to an upload', () => {
  it('comes once the file is stored, by default', async () => {
    const held = gate()
    const { upload } = await open({}, [factsFirst(held)])
    expect(await upload()).toMatchObject({ processing: 'pending', properties: {}, version: 1 })
    held.open()
  })

  it('comes with the first facts, where the kind wants that', async () => {
    const held = gate()
    const { upload } = await open({ answerAfter: 'facts' }, [factsFirst(held)])
    expect(await upload()).toMatchObject({ processing: 'pending', properties: { pages: 2 } })
    held.open()
  })

  it('does not wait for facts that the beginning of the file gave', async () => {
    const held = gate()
    const inspectors = [{ name: 'size', inspect: () => ({ width: 3, height: 2 }) }]
    const { upload } = await open({ answerAfter: 'facts' }, [factsFirst(held)], { inspectors })
    expect(await upload()).toMatchObject({ processing: 'pending', width: 3, version: 1 })
    held.open()
  })

  it('comes when all is done, where the kind wants that; so does that to a replacement', async () => {
    const { upload, assets, body } = await open({ answerAfter: 'done' }, [words()])
    const asset = await upload()
    expect(asset).toMatchObject({ processing: 'done', properties: { words: 2 } })
    const replaced = await assets.replaceContent(asset.id, { ...body, body: text('now three words') })
    expect(replaced).toMatchObject({ processing: 'done', properties: { words: 3 } })
  })

  it('comes with a failure too', async () => {
    const failing = processor(() => Promise.reject(new StowageError('unprocessable', 'No words.')))
    const { upload } = await open({ answerAfter: 'done' }, [failing])
    expect(await upload()).toMatchObject({ processing: 'failed', processingError: 'No words.' })
  })

  it('comes after the longest wait, whatever is not done by then', async () => {
    const held = gate()
    const { upload, clock } = await open({ answerAfter: 'done', waitMs: 1500 }, [factsFirst(held)])
    const started = clock.now()
    let answeredAt = 0
    const uploading = upload().finally(() => {
      answeredAt = clock.now()
    })
    await held.reached
    while (answeredAt === 0) await clock.advance(100)
    expect(await uploading).toMatchObject({ processing: 'pending', properties: { pages: 2 } })
    expect(answeredAt - started).toBeGreaterThanOrEqual(1500)
    held.open()
  })

  it('looks at the record now and then, for workers elsewhere', async () => {
    const here = await open({ answerAfter: 'done', waitMs: 60_000 }, [words()], { workers: false })
    const elsewhere = await open({}, [words()], { at: here.root, clock: here.clock, workers: false })
    let answer: unknown
    const uploading = here.upload().then(asset => {
      answer = asset
    })
    while (!answer) {
      await elsewhere.stowage.sweep()
      await here.clock.advance(250)
    }
    await uploading
    expect(answer).toMatchObject({ processing: 'done', properties: { words: 2 } })
  })

  it('waits no more for a sender who has left', async () => {
    const held = gate()
    const { upload } = await open({ answerAfter: 'done' }, [factsFirst(held)])
    const sender = new AbortController()
    const uploading = upload({ signal: sender.signal })
    await held.reached
    sender.abort()
    expect(await uploading).toMatchObject({ processing: 'pending' })
    held.open()
  })

  it('waits no more for what is deleted', async () => {
    const held = gate()
    const { upload, assets } = await open({ answerAfter: 'done' }, [
      processor(async input => {
        await assets.delete(input.asset.id)
        await input.report({ facts: { properties: { late: true } } }).catch(() => undefined)
        held.wait()
        return null
      }),
    ])
    const uploading = upload()
    await held.reached
    held.open()
    expect(await uploading).toMatchObject({ processing: 'pending', properties: {} })
  })
})

it.each([{ answerAfter: 'soon' }, { waitMs: -1 }, { waitMs: 60_001 }, { waitMs: 0.5 }, { maxTextChars: 2 ** 21 }])(
  'a kind that says %o of its processing is refused',
  processing => {
    expect(() => defineKind({ name: 'bad', processing: processing as ProcessingOptions })).toThrow(/processing\./)
  },
)
