import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openStowage } from '../../../../test/open-stowage.ts'
import { StowageError } from '../../contracts/errors.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

const alice = { id: 'alice' }
const pictures = defineKind({
  name: 'picture',
  fields: z.object({ format: z.string() }),
  policy: ownerOnly(),
  check: async ({ title, type, contentType, fields }) => ({
    title: title === null && 'is required',
    'a/b': title === 'slash' ? 'is in the title' : null,
    file: contentType !== null && type !== fields.format && `is no ${fields.format}`,
  }),
})

describe('what a kind says is wrong with an asset', () => {
  it('refuses it wherever it is made or changed, each by its name', async () => {
    const { stowage, keys } = await openStowage({ kinds: [pictures] })
    const mine = stowage.as(alice)
    const refused = (issues: object[]) => ({ code: 'unprocessable', details: { issues } })
    const untitled = { pointer: '/title', message: 'is required' }
    const notAnImage = { pointer: '/file', message: 'is no image' }
    const body = Buffer.from('some text')
    await expect(mine.upload({ body, fields: { format: 'image' } })).rejects.toMatchObject(refused([untitled, notAnImage]))
    const late = () => ({ fields: { format: 'image' } })
    await expect(mine.upload({ body, title: 'A', late })).rejects.toMatchObject(refused([notAnImage]))
    await expect(mine.create({ fields: { format: 'image' } })).rejects.toMatchObject(refused([untitled]))
    const { id } = await mine.upload({ body, contentType: 'text/plain', title: 'A', fields: { format: 'text' } })
    await expect(mine.update(id, { title: null })).rejects.toMatchObject(refused([untitled]))
    await expect(mine.update(id, { title: 'slash' })).rejects.toMatchObject(
      refused([{ pointer: '/a~1b', message: 'is in the title' }]),
    )
    expect((await mine.get({ id })).title).toBe('A')
    expect(await keys()).toHaveLength(1)
  })

  it('may be an error of its own, or nothing', async () => {
    const check = ({ title }: { title: string | null }) => {
      if (title === 'bad') throw new StowageError('forbidden', 'Not that one.')
    }
    const { stowage } = await openStowage({ kinds: [defineKind({ name: 'note', policy: ownerOnly(), check })] })
    await expect(stowage.as(alice).create({ title: 'bad' })).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Not that one.',
    })
    expect((await stowage.as(alice).create({ title: 'good' })).title).toBe('good')
  })
})
