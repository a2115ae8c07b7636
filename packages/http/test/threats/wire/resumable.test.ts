import { expect, it, vi } from 'vitest'
import { as } from '../../open-api.ts'
import { BYTES, serveTus, TUS } from '../../resumable/tus-server.ts'
import { sendByHttp } from '../../transports.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 60_000 })

const AT = '/notes/uploads/resumable'
const TEXT = 'what is sent in pieces, and comes out whole'

it('threat 59: a resumable upload is nobody else’s, whatever of it they know, and lies change nothing', async () => {
  const { begin, patch, offset, port, objects } = await serveTus()
  const at = await begin(TEXT.length)
  await patch(at, 0, TEXT.slice(0, 10))
  for (const who of [as('bob'), {}]) {
    const status = 'authorization' in who ? 404 : 401
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      expect((await sendByHttp(port, at, { method, headers: { ...TUS, ...who } })).status).toBe(status)
    }
    const headers = { ...TUS, ...who, 'content-type': BYTES, 'upload-offset': '10' }
    expect((await sendByHttp(port, at, { method: 'PATCH', headers, body: 'evil' })).status).toBe(status)
  }
  for (const lie of ['0', '9', '11', '43', '999999999999999']) {
    const { status } = await patch(at, 10, 'evil', { 'upload-offset': lie })
    expect([lie, status]).toEqual([lie, 409])
  }
  for (const id of ['..', '%2e%2e', '..%2f..%2fnotes', '%00', 'x'.repeat(500), `${at.split('/').at(-1)}%20`]) {
    expect([id, (await sendByHttp(port, `${AT}/${id}`, { method: 'HEAD', headers: { ...TUS, ...as('alice') } })).status]).toEqual(
      [id, 404],
    )
  }
  expect((await patch(at, 10, 'too much of it'.repeat(10))).status).toBe(413)
  expect(await offset(at)).toBe(10)
  const both = await Promise.all([patch(at, 10, TEXT.slice(10)), patch(at, 10, TEXT.slice(10).toUpperCase())])
  const made = both.filter(({ status }) => status === 204)
  expect(made.length).toBeGreaterThanOrEqual(1)
  expect(both.every(({ status }) => status === 204 || status === 409)).toBe(true)
  expect(await objects()).toBe(1)
})
