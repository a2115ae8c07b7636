import { expect, it } from 'vitest'
import { z } from 'zod'
import { openStowage } from '../../../../test/open-stowage.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')

it('a picture is not paid for where what is said of it is wrong', async () => {
  const prompts: string[] = []
  const generator = {
    name: 'counting',
    async generate({ prompt }: { readonly prompt: string }) {
      prompts.push(prompt)
      return { body: PNG, contentType: 'image/png' }
    },
  }
  const { stowage } = await openStowage({ policy: ownerOnly(), generator, fields: z.object({ topic: z.string().max(5) }) })
  const assets = stowage.as({ id: 'alice' })
  const prompt = 'a river'
  const fields = { topic: 'water' }
  for (const [pointer, wrong] of [
    ['/fields/topic', {}],
    ['/fields/topic', { fields: { topic: 'too long' } }],
    ['/title', { fields, title: 'x'.repeat(1001) }],
    ['/tags/0', { fields, tags: [''] }],
  ] as const) {
    const refused = { code: 'unprocessable', details: { issues: [expect.objectContaining({ pointer })] } }
    await expect(assets.generate({ prompt, ...wrong })).rejects.toMatchObject(refused)
  }
  expect(prompts).toEqual([])
  await assets.generate({ prompt, fields })
  expect(prompts).toEqual([prompt])
})
