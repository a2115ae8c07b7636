import type { HttpHarness } from '@stowage/testkit/http'
import { conformance } from './conformance.ts'
import { documentOf } from './document-of.ts'

const DOCUMENTS = ['/notes', '/drafts', '/photos', '/api/teams/1/files'].map(base => `${base}/openapi.json`)

/** The same binding, with every answer held against the documents that the api serves of itself. */
export function judgedHarness(harness: HttpHarness) {
  const faults: string[] = []
  let judged = 0
  let judges: ReturnType<typeof conformance>[] | null = null
  const judge = async (request: Request, response: Response) => {
    const contentType = response.headers.get('content-type')
    const text = contentType?.includes('json') && request.method !== 'HEAD' ? await response.text() : ''
    const { pathname } = new URL(request.url)
    const told = { method: request.method, path: pathname, status: response.status, contentType, text }
    const said = judges?.map(one => one(told)).find(found => found !== null)
    if (said === undefined) return
    judged += 1
    faults.push(...(said ?? []).map(fault => `${request.method} ${pathname}: ${fault}`))
  }
  const judgedBinding: HttpHarness = {
    ...harness,
    async open(api) {
      const binding = await harness.open(api)
      const { fetch } = binding
      if (fetch === undefined) throw new Error('Answers are judged as Response.')
      judges ??= await Promise.all(DOCUMENTS.map(async path => conformance(await documentOf(api, path))))
      return {
        ...binding,
        fetch: async (request: Request) => {
          const response = await fetch(request)
          if (response.headers.get('content-type')?.includes('json')) await judge(request, response.clone())
          else await judge(request, response)
          return response
        },
      }
    },
  }
  return { harness: judgedBinding, faults, judged: () => judged }
}
