import type { MetadataStore, ProcessInput, Processor } from '@stowage/core/contracts'
import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'
import { processor, TEXT, text } from '../../../test/processors.ts'
import { StowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }
const policy = ownerOnly()

async function open(process: (input: ProcessInput) => Promise<null>, more: object = {}) {
  const processors: readonly Processor[] = [processor(process)]
  const opened = await openStowage({ policy, processors, ...more })
  const assets = opened.stowage.as(alice)
  const upload = () => assets.upload({ body: text('x'), ...TEXT })
  /** Whether a word is in the text of an asset. */
  const finds = async (...terms: string[]) => {
    const filter = { op: 'words', terms } as const
    return (
      (await opened.metadata.list({ kind: 'asset', filter, sort: { column: 'createdAt', direction: 'asc' }, limit: 10 })).length >
      0
    )
  }
  const workAll = async () => {
    for (let i = 0; i < 10; i++) {
      await opened.stowage.sweep()
      await opened.clock.advance(1000)
    }
  }
  return { ...opened, assets, upload, finds, workAll }
}

describe('text that a processor reports', () => {
  it('is found by its words, in the order and joined as it came', async () => {
    const { upload, finds, workAll } = await open(async ({ report }) => {
      await report({ text: 'alpha be' })
      await report({ text: 'ta gamma' })
      return null
    })
    await upload()
    await workAll()
    expect(await finds('alpha', 'beta', 'gamma')).toBe(true)
    expect(await finds('be')).toBe(false)
  })

  it('is there once, whatever failed between: it is kept with the place where the next attempt goes on', async () => {
    const commits: string[] = []
    const { upload, finds, workAll } = await open(
      async ({ report, resume }) => {
        const from = Number(resume?.page ?? 0)
        await report({ text: `page${from} ` })
        await report({ text: `more${from} `, state: { page: from + 1 } })
        await report({ text: 'lost ' })
        if (from < 2) throw new StowageError('unavailable', 'Not now.')
        return null
      },
      {
        wrapMetadata: (metadata: MetadataStore): MetadataStore => ({
          ...metadata,
          commit: changes => {
            for (const change of changes) if (change.op === 'putText') commits.push(`${change.append} ${change.text}`)
            return metadata.commit(changes)
          },
        }),
      },
    )
    await upload()
    await workAll()
    expect(commits).toEqual(['false page0 more0 ', 'true page1 more1 ', 'true page2 more2 ', 'true lost '])
    expect(await finds('page0', 'more1', 'page2', 'lost')).toBe(true)
  })

  it('stays as far as it came when the rest can not be read', async () => {
    const { upload, finds, workAll } = await open(async ({ report }) => {
      await report({ text: 'readable' })
      throw new StowageError('unprocessable', 'The rest is broken.')
    })
    await upload()
    await workAll()
    expect(await finds('readable')).toBe(true)
  })

  it('goes with its bytes', async () => {
    let said = 'first'
    const { assets, upload, finds, workAll } = await open(async ({ report }) => {
      await report({ text: said })
      return null
    })
    const { id } = await upload()
    await workAll()
    expect(await finds('first')).toBe(true)
    said = 'second'
    await assets.replaceContent(id, { body: text('y'), ...TEXT })
    expect(await finds('first')).toBe(false)
    await workAll()
    expect([await finds('first'), await finds('second')]).toEqual([false, true])
    await assets.delete(id)
    expect(await finds('second')).toBe(false)
  })

  it('is cut where the kind wants no more, never in the middle of a character', async () => {
    const { upload, finds, workAll } = await open(
      async ({ report }) => {
        await report({ text: 'one two', state: { n: 1 } })
        await report({ text: ' six 😀 seven' })
        return null
      },
      { processing: { maxTextChars: 13 } },
    )
    await upload()
    await workAll()
    expect([await finds('two', 'six'), await finds('seven')]).toEqual([true, false])
  })

  it('may hold what databases refuse', async () => {
    const { upload, assets, finds, workAll } = await open(async ({ report }) => {
      await report({ text: 'before\0after \ud800' })
      return null
    })
    const { id } = await upload()
    await workAll()
    expect(await assets.get({ id })).toMatchObject({ processing: 'done' })
    expect(await finds('before', 'after')).toBe(true)
  })

  it('state that is too large fails the step', async () => {
    const { upload, assets, workAll } = await open(async ({ report }) => {
      await report({ state: { long: 'x'.repeat(17_000) } })
      return null
    })
    const { id } = await upload()
    await workAll()
    expect(await assets.get({ id })).toMatchObject({ processing: 'failed' })
  })
})
