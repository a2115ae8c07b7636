import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { tempFolder } from '../../test/temp-folder.ts'
import { threadExecutor, workerFile } from './thread.ts'

const data = {
  role: 'writer',
  connection: { file: 'none', busyTimeoutMs: 1, readOnly: false, cacheKiB: 1 },
} as const

function programFile(code: string): URL {
  const file = join(tempFolder(), 'worker.mjs')
  writeFileSync(file, code)
  return pathToFileURL(file)
}

test('a thread that dies fails what it was asked for, and the next call starts another', async () => {
  const executor = threadExecutor(
    programFile(`
      import { parentPort } from 'node:worker_threads'
      let answered = 0
      const texts = []
      parentPort.on('message', message => {
        if (message === null) return parentPort.close()
        texts.push(...message.texts)
        for (const { id, statements } of message.requests) {
          if (texts[statements[0][0]] === 'die') throw new Error('on purpose')
          parentPort.postMessage([[id, { rows: [[[++answered]]] }]])
        }
      })
    `),
    data,
  )
  const ask = (text: string) => executor.execute([[text, [], 2]])
  expect(await ask('count')).toEqual({ rows: [[[1]]] })
  expect(await ask('count')).toEqual({ rows: [[[2]]] })
  const lost = ['die', 'count', 'count'].map(ask)
  for (const call of lost) await expect(call).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  expect(await ask('count')).toEqual({ rows: [[[1]]] })
  await executor.close()
  await expect(ask('count')).rejects.toMatchObject({ code: 'unavailable', retryable: false })
})

test('closing what was never used starts nothing', async () => {
  const executor = threadExecutor(new URL('file:///nowhere/worker.js'), data)
  await executor.close()
  await executor.close()
})

test('the worker is looked for beside the code, and only among files', () => {
  expect(workerFile(import.meta.url)?.pathname).toMatch(/worker\.ts$/)
  for (const base of [undefined, '', 'https://example.test/thread.js', 'file:///bundle/app.js'])
    expect(workerFile(base)).toBeNull()
})
