import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

const files = defineKind({ name: 'file', filenames: 'unique', policy: ownerOnly() })
const body = Buffer.from('some text')

async function open() {
  const { stowage } = await openStowage({ kinds: [files] })
  return { alice: stowage.as({ id: 'alice' }), bob: stowage.as({ id: 'bob' }) }
}

describe('the name of a staged file', () => {
  it('holds its id, needs no escapes in URLs, and is the filename of the asset made by it', async () => {
    const { alice } = await open()
    for (const [filename, kept] of [
      ['Ürlaub am See.txt', 'Urlaub-am-See.txt'],
      ['日本', 'file'],
      [`${'x'.repeat(250)}.txt`, `${'x'.repeat(96)}.txt`],
    ] as const) {
      const { id, name } = await alice.stage({ body, filename })
      expect([name, encodeURIComponent(name)]).toEqual([`${id}-${kept}`, name])
      expect((await alice.create({ staged: name })).filename).toBe(name)
    }
  })

  it('counts whole, and only for whoever staged it', async () => {
    const { alice, bob } = await open()
    const { id, name } = await alice.stage({ body, filename: 'a.txt' })
    const wrong = [`${id}-b.txt`, `${name}x`, `${id}-`, `${name}\n`, `x${name}`, `${id.toUpperCase()}-a.txt`, `${id}/a.txt`]
    for (const staged of wrong) await expect(alice.create({ staged })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(bob.create({ staged: name })).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await alice.create({ staged: id })).filename).toBe('a.txt')
    await expect(alice.create({ staged: name })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is not the filename where another is given', async () => {
    const { alice } = await open()
    const { name } = await alice.stage({ body, filename: 'a.txt' })
    expect((await alice.create({ staged: name, filename: 'b.txt' })).filename).toBe('b.txt')
  })
})
