import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('closing a pool that is idle waits for its processes, although nothing else keeps the program', async () => {
  const program = fileURLToPath(new URL('programs/closing.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@stowage/source', program])
  expect(stdout).toBe('closed\n')
})
