import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

it('npm start at the root serves all of it, and ends when npm is told to', { timeout: 120_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stowage-npm-start-'))
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', DATA_DIR: dataDir, SEEDS: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const exited = once(npm, 'exit')
    let origin: string | undefined
    for await (const line of createInterface({ input: npm.stdout })) {
      origin = /^showcase listening on (http:\/\/localhost:\d+)$/.exec(line)?.[1]
      if (origin) break
    }
    expect((await fetch(`${origin}/api/pages/123/assets`)).status).toBe(200)
    expect((await fetch(`${origin}/`)).status).toBe(200)
    npm.kill('SIGTERM')
    await exited
    await expect(fetch(`${origin}/`)).rejects.toThrow()
  } finally {
    npm.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
})
