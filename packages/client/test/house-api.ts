import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Actor, createStowage, defineKind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { placeholderGenerator } from '@stowage/media'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { z } from 'zod'

const actors = new Map<string, Actor>(['secret', 't1', 't2'].map(token => [token, { id: 'alice' }]))

/** The house API at `/api/assets`, whole, over memory. Signed in with the token `secret`. */
export async function openHouseApi() {
  const kind = defineKind({
    name: 'asset',
    fields: z.object({ page: z.number().optional(), draft: z.boolean().optional(), words: z.array(z.string()).optional() }),
    sorts: ['title', 'filename'],
    policy: ownerOnly({ read: 'anyone' }),
    visibility: 'public',
    limits: { maxBytes: 50_000_000 },
  })
  const stowage = await createStowage({
    kinds: [kind],
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    generator: placeholderGenerator({ longerSidePx: 64 }),
    workers: false,
  })
  const handle = nodeHandler(assetApi(stowage, [defineProfile(kind, { basePath: '/api/assets', authenticate: bearer(actors) })]))
  const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = []
  return {
    /** Requests, oldest first. */
    seen,
    listener: (request: IncomingMessage, response: ServerResponse) => {
      const { method, url, headers } = request
      seen.push({ method, url, headers })
      handle(request, response)
    },
    close: () => stowage.close(),
  }
}
