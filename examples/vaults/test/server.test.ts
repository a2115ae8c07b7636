import { expect, it, onTestFinished } from 'vitest'
import { clientOf, PLACE, photo, start } from './client.ts'

it('the server ends within 5 s of SIGTERM, and after a restart has lost nothing', async () => {
  const client = await start()
  onTestFinished(() => client.server.remove())
  const file = await photo()
  const [, asset] = await client.post('vt_mia', [...PLACE, ['file', file]])
  const began = performance.now()
  expect(await client.server.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(5000)

  const again = clientOf(await client.server.restart())
  onTestFinished(() => again.server.remove())
  expect(await again.get('vt_olga', asset.id)).toEqual([200, asset])
  expect((await again.content('vt_olga', asset.id)).equals(Buffer.from(await file.arrayBuffer()))).toBe(true)
  expect(await again.server.stop()).toBe(0)
  expect(again.server.errors()).toBe('')
}, 60_000)
