import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isStowageError, StowageError } from '@stowage/core/contracts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { clamavScanner } from '../../src/index.ts'
import { type Clamd, clamdMissing, EICAR, startClamd } from './start-clamd.ts'
import { fileOf, storedFile } from './stored-file.ts'

const MIB = 1024 * 1024
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const missing = clamdMissing()
if (missing) console.log(`Skipped, the scans by the real ClamAV: ${missing}.`)

describe.skipIf(missing !== null)('the real clamd', () => {
  let clamd: Clamd
  beforeAll(async () => {
    clamd = await startClamd(['StreamMaxLength 200M'])
  })
  afterAll(() => clamd?.stop())

  it('finds EICAR (threat 44), over TCP and over its Unix socket', async () => {
    const { host, port, socket } = clamd
    for (const scanner of [clamavScanner({ host, port }), clamavScanner({ socket })]) {
      expect(await scanner.scan(fileOf(EICAR))).toEqual({ clean: false, reason: 'Eicar-Test-Signature.UNOFFICIAL' })
    }
  })

  it('finds EICAR that two chunks share, after an empty one', async () => {
    const file = fileOf('some text before ', new Uint8Array(0), EICAR.slice(0, 20), EICAR.slice(20))
    expect(await clamavScanner(clamd).scan(file)).toMatchObject({ clean: false })
  })

  it('passes clean files, empty ones too, many at a time', async () => {
    const scanner = clamavScanner(clamd)
    const files = Array.from({ length: 40 }, (_, index) => (index % 2 ? fileOf('x'.repeat(index * 5000)) : fileOf(EICAR, 'more')))
    const results = await Promise.all([scanner.scan(fileOf()), ...files.map(file => scanner.scan(file))])
    expect(results.map(({ clean }) => clean)).toEqual([true, ...files.map((_, index) => index % 2 === 1)])
  })

  it('scans a file of 100 MB to its last byte, in a part of that memory', async () => {
    const path = await largeFile(100 * MIB, EICAR)
    const scanner = clamavScanner(clamd)
    let [peak, chunks] = [0, 0]
    // What is only not collected yet does not count.
    const held = () => {
      // The first finds it, and the second waits until it is freed.
      collectGarbage()
      collectGarbage()
      return process.memoryUsage().arrayBuffers
    }
    const before = held()
    async function* watched() {
      for await (const chunk of createReadStream(path)) {
        chunks += 1
        if (chunks % 100 === 0) peak = Math.max(peak, held() - before)
        yield chunk
      }
    }
    expect(await scanner.scan(storedFile(watched, { sizeBytes: 100 * MIB }))).toMatchObject({ clean: false })
    expect(chunks).toBeGreaterThan(1000)
    expect(peak).toBeLessThan(20 * MIB)
  })

  it('is not asked about a file above maxBytes, which it would call clean unseen', async () => {
    const opened = () => expect.unreachable('the file was read')
    for (const [scanner, sizeBytes] of [
      [clamavScanner(clamd), 100 * MIB + 1],
      [clamavScanner({ ...clamd, maxBytes: 10 }), 11],
    ] as const) {
      const error = await scanner.scan(storedFile(opened, { sizeBytes })).catch((error: unknown) => error)
      expect(error).toMatchObject({
        code: 'unprocessable',
        retryable: false,
        message: expect.stringContaining(`${sizeBytes} bytes`),
      })
    }
  })

  it('is unavailable once it was killed in the middle of a file', async () => {
    const dying = await startClamd()
    onTestFinished(() => dying.stop())
    async function* halfway() {
      yield Buffer.alloc(MIB)
      dying.process.kill('SIGKILL')
      for (let count = 0; count < 63; count++) yield Buffer.alloc(MIB)
    }
    const scanner = clamavScanner({ socket: dying.socket })
    await expect(scanner.scan(storedFile(halfway, { sizeBytes: 64 * MIB }))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    // The next finds no daemon at all.
    await expect(scanner.scan(fileOf('text'))).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })
})

describe.skipIf(missing !== null)('a clamd with limits below those of the scanner', () => {
  it('refuses what is over its StreamMaxLength in words that name it, or ends the connection: no such file is clean', async () => {
    const clamd = await startClamd(['StreamMaxLength 1M'])
    onTestFinished(() => clamd.stop())
    const chunk = Buffer.alloc(64 * 1024)
    const file = storedFile(() => Array.from({ length: 128 }, () => chunk), { sizeBytes: 8 * MIB })
    // Its answer may get lost when it ends the connection that is written to: then the next try shows it.
    const refusal = await retried(() => clamavScanner(clamd).scan(file))
    expect(refusal).toMatchObject({
      code: 'unprocessable',
      retryable: false,
      message: expect.stringContaining('StreamMaxLength'),
    })
  })

  it('says so where AlertExceedsMax is set', async () => {
    const clamd = await startClamd(['MaxFileSize 1M', 'AlertExceedsMax yes'])
    onTestFinished(() => clamd.stop())
    const refusal = await clamavScanner(clamd)
      .scan(fileOf(Buffer.alloc(2 * MIB)))
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'unprocessable', message: expect.stringContaining('Heuristics.Limits.Exceeded') })
  })
})

async function retried(scan: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const error = await scan().then(
      () => expect.unreachable('called clean'),
      (error: unknown) => error,
    )
    if (!(isStowageError(error, 'unavailable') && error instanceof StowageError)) return error
  }
}

/** Zeros with these words at their end. */
async function largeFile(sizeBytes: number, end: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-scan-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'large.bin')
  const file = await open(path, 'w')
  await file.truncate(sizeBytes)
  await file.write(end, sizeBytes - end.length)
  await file.close()
  return path
}
