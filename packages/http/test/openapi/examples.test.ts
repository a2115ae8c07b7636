import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { houseExamples } from '../../src/lib/openapi/house-examples.ts'
import { conformance } from './conformance.ts'
import { houseConversation } from './conversation.ts'
import { documentOf } from './document-of.ts'
import { everySortOfField } from './every-sort-of-field.ts'

describe('the examples of the OpenAPI document', () => {
  it('are what the house API answers (`npm run openapi-examples -w packages/http` records them anew)', async () => {
    expect(houseExamples).toEqual(await houseConversation())
  })

  it('conform to the document that they stand in, and are all there', async () => {
    const root = await mkdtemp(join(tmpdir(), 'stowage-examples-'))
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const stowage = await createStowage({
      storage: fsStorage({
        root: join(root, 'objects'),
        signing: { secret: 'a secret of at least 32 characters', baseUrl: 'https://a.example/o' },
      }),
      metadata: memoryMetadata(),
      policy: ownerOnly(),
      workers: false,
    })
    onTestFinished(() => stowage.close())
    const document = await documentOf(
      assetApi(stowage, { basePath: '/assets', authenticate: bearer(new Map()) }),
      '/assets/openapi.json',
    )
    const judge = conformance(document)
    const shown = new Set<string>()
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const answer = houseExamples.answers[operation.operationId as keyof typeof houseExamples.answers]
        if (answer === undefined) continue
        const text = JSON.stringify(answer.body)
        const told = { method: method.toUpperCase(), path, status: answer.status, contentType: 'application/json', text }
        expect(judge(told), operation.operationId).toEqual([])
        expect(JSON.stringify(operation.responses[answer.status]), operation.operationId).toContain(`"value":${text}`)
        shown.add(operation.operationId)
      }
    }
    expect([...shown].sort()).toEqual(Object.keys(houseExamples.answers).sort())
    const responses = JSON.stringify(document.components.responses)
    for (const problem of Object.values(houseExamples.errors)) expect(responses).toContain(JSON.stringify(problem))
  })

  it('are left out where a profile would answer otherwise', async () => {
    const stowage = await createStowage({
      kinds: [everySortOfField],
      storage: memoryStorage(),
      metadata: memoryMetadata(),
      workers: false,
    })
    onTestFinished(() => stowage.close())
    const fields = await documentOf(assetApi(stowage, { basePath: '/a' }), '/a/openapi.json')
    expect(JSON.stringify(fields.paths['/a/{id}']?.get)).not.toContain('"examples"')
    expect(JSON.stringify(fields.paths['/a/{id}/link']?.post)).toContain('"examples"')
    const error = ({ message }: { message: string }) => ({ message })
    const own = await documentOf(assetApi(stowage, { basePath: '/a', present: { error, link: () => null } }), '/a/openapi.json')
    expect(JSON.stringify([own.components.responses, own.paths['/a/{id}/link']?.post?.responses])).not.toContain('"examples"')
  })
})
