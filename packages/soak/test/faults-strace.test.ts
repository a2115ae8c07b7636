import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inject, whyNoStrace } from '../src/faults/strace.ts'
import { openTrial, statusesOf, type Trial, tryUpload, tryUploads } from '../src/faults/trial.ts'
import { buildServer } from '../src/kill/build-server.ts'
import { loadContext, restartAndRecover } from '../src/kill/ground.ts'
import { load } from '../src/kill/load.ts'
import { BASE_PATH, TOKEN } from '../src/kill/protocol.ts'

const why = whyNoStrace()
if (why) console.log(`Skipped, the faults that strace injects: ${why}.`)

describe.skipIf(why)('a server whose system calls fail', { timeout: 240_000 }, () => {
  let top: string
  let program: string
  let trial: Trial
  beforeAll(async () => {
    top = await mkdtemp(join(tmpdir(), 'stowage-faults-'))
    program = await buildServer(top)
  })
  afterAll(() => rm(top, { recursive: true, force: true }))
  beforeEach(async () => {
    trial = await openTrial(program)
    // Threads start, folders and files are opened.
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([201])
  })
  afterEach(() => trial.close())

  test.each([
    ['every sync', { calls: 'fsync,fdatasync', what: 'error=EIO' }],
    ['every write of the database', { calls: 'pwrite64', what: 'error=EIO' }],
    ['every open', { calls: 'openat', what: 'error=EMFILE' }],
  ])('answers 503 while %s fails, acknowledges nothing, and recovers', async (_what, injection) => {
    const tracer = await inject(trial.server.pid, injection)
    const answers = await tryUploads(trial, 8)
    const [entry] = [...trial.model.entries.values()]
    const id = entry?.id ?? ''
    const patched = await trial.client.send('PATCH', id, {
      body: '{"description":"new"}',
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    await tracer.stop()
    expect(statusesOf(answers)).toEqual([503])
    expect(answers.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true)
    // A change of the database alone opens nothing.
    expect(injection.calls === 'openat' ? [200, 503] : [503]).toContain(patched.status)
    expect(statusesOf(await tryUploads(trial, 8))).toEqual([201])
    await restartAndRecover(trial)
  })

  test('keeps what it acknowledged where now and then a sync fails', async () => {
    const tracer = await inject(trial.server.pid, { calls: 'fsync,fdatasync', what: 'error=EIO:when=2+7' })
    const statuses = new Set<number>()
    for (let rounds = 0; rounds < 40 && statuses.size < 2; rounds += 1)
      for (const { status } of await tryUploads(trial, 6)) statuses.add(status)
    await tracer.stop()
    expect([...statuses].sort()).toEqual([201, 503])
    await restartAndRecover(trial)
  })

  test('survives clients that leave while its reads are slow', async () => {
    const entry = [...trial.model.entries.values()].find(({ states: [state] }) => (state?.sizeBytes ?? 0) > 100_000)
    const large = await tryUpload(trial, 3_000_000)
    const { id } = JSON.parse(large.body.toString()) as { id: string }
    const tracer = await inject(trial.server.pid, { calls: 'pread64', what: 'delay_enter=20000' })
    for (const bytes of [0, 1, 100_000, 600_000]) await leaveAfter(trial.server.port, id, bytes)
    for (const bytes of [0, 1]) await leaveAfter(trial.server.port, entry?.id ?? '', bytes)
    await tracer.stop()
    expect(await Promise.race([trial.server.ended, 'alive'])).toBe('alive')
    expect(statusesOf(await tryUploads(trial, 2)), trial.server.errors()).toEqual([201])
    await restartAndRecover(trial)
  })

  test('leaves rows and objects that agree where it is killed at the nth call of any kind', async () => {
    const kinds = [
      'fsync,fdatasync',
      'pwrite64',
      'link,linkat',
      'rename,renameat,renameat2',
      'unlink,unlinkat,rmdir',
      'mkdir,mkdirat',
      'futex',
    ]
    let killed = 0
    for (const [i, calls] of [...kinds, ...kinds].entries()) {
      const nth = calls === 'futex' ? 40 : 1 + i
      const tracer = await inject(trial.server.pid, { calls, what: `signal=SIGKILL:when=${nth}` })
      const gone = await load(loadContext(trial), 4, 12)
      await tracer.stop()
      if (gone) killed += 1
      else await trial.server.kill()
      await restartAndRecover(trial)
    }
    expect(killed).toBeGreaterThan(5)
  })
})

/** Asks for bytes, and resets the connection once so many have come. */
function leaveAfter(port: number, id: string, bytes: number): Promise<void> {
  return new Promise(resolve => {
    const asked = request({
      agent: new Agent(),
      port,
      host: '127.0.0.1',
      path: `${BASE_PATH}/${id}/content`,
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    asked.on('error', () => resolve())
    asked.on('close', resolve)
    if (bytes === 0) asked.on('socket', socket => socket.on('connect', () => setImmediate(() => socket.resetAndDestroy())))
    asked.on('response', response => {
      let received = 0
      response.on('error', () => undefined)
      response.on('data', (chunk: Buffer) => {
        received += chunk.byteLength
        if (received >= bytes) response.socket.resetAndDestroy()
      })
      response.on('end', resolve)
    })
    asked.end()
  })
}
