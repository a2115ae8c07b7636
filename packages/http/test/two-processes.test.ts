import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openCounting } from './counting-server.ts'
import { as } from './open-api.ts'
import { sendByHttp } from './transports.ts'

const PATIENT = { timeout: 60_000 }
const json = { ...as('alice'), 'content-type': 'application/json' }

/** Two servers on one disk and database, one of them in a process of its own. */
async function openTwo() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-two-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const here = await openCounting(root)
  const program = join(import.meta.dirname, 'programs', 'serve-counting.ts')
  const child = fork(program, [root], { execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const upload = async (): Promise<string> => {
    const headers = { ...as('alice'), 'content-type': 'text/plain' }
    const made = await here.send('/files?filename=a.txt', { method: 'POST', headers, body: 'the bytes of it' })
    return made.json.id
  }
  return {
    root,
    here,
    upload,
    /** Each request by the other server than the one before it. */
    send: (at: number, ...request: Parameters<typeof here.send>) =>
      at % 2 === 0 ? here.send(...request) : sendByHttp(port, ...request),
    /** Ends both, and tells how many commits held counters. */
    async close(): Promise<number> {
      child.send('stop')
      const [[{ writes }]] = (await Promise.all([once(child, 'message'), once(child, 'exit'), here.close()])) as unknown as [
        [{ writes: number }],
      ]
      return writes + here.writes()
    },
  }
}

it('a thousand downloads at once by two processes are a thousand, in far fewer commits', PATIENT, async () => {
  const two = await openTwo()
  const id = await two.upload()
  const path = `/files/${id}/content`
  const downloads = Array.from({ length: 1000 }, (_, at) => two.send(at, path))
  const others = Array.from({ length: 20 }, (_, at) => two.send(at, path, { method: 'HEAD' }))
  const answers = await Promise.all([...downloads, ...others])
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  await vi.waitFor(async () => {
    for (const at of [0, 1]) expect((await two.send(at, `/files/${id}`)).json.downloadCount).toBe(1000)
  }, PATIENT)
  const writes = await two.close()
  expect(writes).toBeGreaterThanOrEqual(2)
  expect(writes).toBeLessThan(200)
  const again = await openCounting(two.root)
  onTestFinished(again.close)
  expect((await again.send(`/files/${id}`)).json).toMatchObject({ downloadCount: 1000, version: 1 })
})

it('M17 tags that many add and remove at once by two processes are all there, or gone', PATIENT, async () => {
  const two = await openTwo()
  const id = await two.upload()
  const patch = async (at: number, tags: unknown) => {
    const { status, text } = await two.send(at, `/files/${id}`, {
      method: 'PATCH',
      headers: json,
      body: JSON.stringify({ tags }),
    })
    expect([status, text]).toEqual([200, expect.anything()])
  }
  const count = 40
  await patch(
    0,
    Array.from({ length: count }, (_, at) => `old ${at}`),
  )
  await Promise.all(Array.from({ length: count }, (_, at) => patch(at, { add: [`new ${at}`], remove: [`old ${at}`] })))
  const { tags, version } = (await two.send(1, `/files/${id}`)).json
  expect([tags.toSorted(), version]).toEqual([Array.from({ length: count }, (_, at) => `new ${at}`).sort(), count + 2])
  await two.close()
})
