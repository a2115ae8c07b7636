import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStage, freePort, type Stage } from './stage.ts'
import { typeCheck } from './type-check.ts'

const root = join(import.meta.dirname, '../..')
let folder: string
let port: number
let stage: Stage

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doc-stage-'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  port = await freePort()
  stage = createStage(folder, port, root)
})
afterAll(async () => {
  await stage.stop()
  await rm(folder, { recursive: true, force: true })
})

async function run(marked: `${'ts' | 'js' | 'sh'} ${string}`, code: string): Promise<void> {
  const [language, mode] = marked.split(' ') as ['ts' | 'js' | 'sh', string]
  const file = join(folder, `program.${language}`)
  await writeFile(file, code)
  await stage.run({ language, mode, line: 1, code }, file)
}

const server = (status: number) =>
  `import { createServer } from 'node:http'\ncreateServer((_, response) => response.writeHead(${status}).end('hi')).listen(${port})`

describe('a block of a document', () => {
  it('is run from the sources, and fails with what it printed', async () => {
    await run(
      'ts run',
      `import { StowageError } from '@stowage/core'\nconst error: Error = new StowageError('internal', 'x')\nif (!error) throw error`,
    )
    await expect(run('ts run', `throw new Error('on purpose')`)).rejects.toThrow('on purpose')
    await expect(run('js check', 'const a = ;')).rejects.toThrow('SyntaxError')
    await expect(run('sh run', 'false | cat')).rejects.toThrow('ended with 1')
  })

  it('can serve those after it; an HTTP error fails them', async () => {
    const url = `http://localhost:${port}/`
    await expect(run('ts serve', 'console.log(1)')).rejects.toThrow('ended before it listened')
    await run('ts serve', server(200))
    await run('sh run', `test "$(curl ${url})" = hi`)
    await stage.stop()
    await run('ts serve', server(404))
    await expect(run('sh run', `curl ${url} | cat`)).rejects.toThrow('404')
  })

  it('that installs names packages that exist', async () => {
    await run('sh install', 'npm install @stowage/core zod@^4')
    await expect(run('sh install', 'npm install @stowage/cores')).rejects.toThrow('@stowage/cores')
    await expect(run('sh install', 'rm -rf x')).rejects.toThrow('not an')
  })

  it('that runs a script names one that exists', async () => {
    await run('sh script', 'npm run build -w packages/core -- --fast # of one package')
    await expect(run('sh script', 'npm run nothing -w packages/core')).rejects.toThrow('no script nothing')
  })

  it('that is left to CI is run by CI', async () => {
    await run('sh ci', 'npm ci && npm test')
    await expect(run('sh ci', 'npm ci && npm run nothing')).rejects.toThrow('npm run nothing')
  })

  it('has types that are checked', async () => {
    await writeFile(
      join(folder, 'right.ts'),
      `import type { Actor } from '@stowage/core'\nexport const actor: Actor = { id: 'a' }\n`,
    )
    await writeFile(
      join(folder, 'wrong.ts'),
      `\nimport type { Actor } from '@stowage/core'\nexport const actor: Actor = { id: 1 }\n`,
    )
    const complaints = await typeCheck(folder, ['right.ts', 'wrong.ts'], root)
    expect(complaints).toEqual([expect.stringMatching(/^wrong\.ts\(3,/)])
  })
})
