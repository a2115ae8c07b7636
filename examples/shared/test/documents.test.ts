import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { Kind } from '@stowage/core'
import type { ProfileOptions } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ExampleApp, Setup } from '../src/serve.ts'

const described = vi.hoisted(() => ({ paths: [] as string[] }))

// The examples offer what their documents name, and nothing else: here each of their profiles describes itself too.
vi.mock('@stowage/http', async importOriginal => {
  const http = await importOriginal<typeof import('@stowage/http')>()
  const defineProfile = (kind: Kind, options: ProfileOptions) => {
    const path = `/described/${described.paths.length}.json`
    described.paths.push(path)
    const paths = { ...options.paths, openapi: `GET ${path}` }
    return http.defineProfile(kind, {
      ...options,
      paths,
      ...(options.operations && { operations: [...options.operations, 'openapi'] }),
    })
  }
  return { ...http, defineProfile }
})

const root = join(import.meta.dirname, '../..')
const examples = readdirSync(root).filter(name => existsSync(join(root, name, 'src/api.ts')))
const refused = () => Promise.reject(new Error('Nobody asks.'))

async function openExample(name: string): Promise<{ readonly origin: string; readonly paths: readonly string[] }> {
  described.paths.length = 0
  const exported = (await import(/* @vite-ignore */ join(root, name, 'src/api.ts'))) as Record<
    string,
    (setup: Setup) => Promise<ExampleApp>
  >
  const build = Object.entries(exported).find(([exportName]) => exportName.endsWith('App'))?.[1]
  if (build === undefined) throw new Error(`${name} exports no app.`)
  const app = await build({
    publicUrl: 'http://localhost:3000',
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    generator: { name: 'none', generate: refused },
    importer: { name: 'none', open: refused },
  })
  const server = createServer(app.listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.close()
    await app.stowage.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths: [...described.paths] }
}

describe('the OpenAPI documents of the examples', () => {
  it.each(examples)('are valid: %s', async name => {
    const { origin, paths } = await openExample(name)
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) {
      const answer = await fetch(`${origin}${path}`)
      expect(answer.status).toBe(200)
      const document = (await answer.json()) as Record<string, unknown>
      expect(await new Validator({ strict: false }).validate(document)).toMatchObject({ valid: true })
      expect(Object.keys(document.paths as object).length).toBeGreaterThan(1)
    }
  })
})
