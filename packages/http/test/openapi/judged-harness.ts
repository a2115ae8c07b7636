import type { HttpHarness } from '@stowage/testkit/http'
import { conformance } from './conformance.ts'
import { documentOf } from './document-of.ts'

const DOCUMENTS = ['/notes', '/drafts', '/photos', '/api/teams/1/files'].map(base => `${base}/openapi.json`)

type Judges = readonly ReturnType<typeof conformance>[]

/**
 * The same binding, with every answer held against the documents that the api serves of itself: those of the first one, and where they do not agree, which
 * may be because it offers something else, its own.
 */
export function judgedHarness(harness: HttpHarness) {
  const faults: string[] = []
  let judged = 0
  let first: Promise<Judges> | null = null
  const judge = async (request: Request, response: Response, own: () => Promise<Judges>) => {
    const contentType = response.headers.get('content-type')
    const text = contentType?.includes('json') && request.method !== 'HEAD' ? await response.text() : ''
    const { pathname } = new URL(request.url)
    // Nowhere else does that header mean anything.
    const override = pathname.includes('/uploads/resumable/') ? request.headers.get('x-http-method-override') : null
    const method = override ?? request.method
    const told = { method, path: pathname, status: response.status, contentType, text }
    const by = (judges: Judges) => judges.map(one => one(told)).find(found => found !== null)
    first ??= own()
    const said = by(await first)
    if (said === undefined) return
    judged += 1
    const found = said?.length ? (by(await own()) ?? said) : []
    faults.push(...found.map(fault => `${request.method} ${pathname}: ${fault}`))
  }
  const judgedBinding: HttpHarness = {
    ...harness,
    async open(api) {
      const binding = await harness.open(api)
      const { fetch } = binding
      if (fetch === undefined) throw new Error('Answers are judged as Response.')
      const documents = (): Promise<Judges> => Promise.all(DOCUMENTS.map(async path => conformance(await documentOf(api, path))))
      let made: Promise<Judges> | null = null
      const own = () => {
        made ??= documents()
        return made
      }
      return {
        ...binding,
        fetch: async (request: Request) => {
          const response = await fetch(request)
          if (response.headers.get('content-type')?.includes('json')) await judge(request, response.clone(), own)
          else await judge(request, response, own)
          return response
        },
      }
    },
  }
  return { harness: judgedBinding, faults, judged: () => judged }
}
