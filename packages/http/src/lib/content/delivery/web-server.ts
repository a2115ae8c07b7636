import type { Stowage } from '@stowage/core'
import type { Deliver, HandOver } from './delivery.ts'

/**
 * Hands local files to the web server in front, which is told of each by a header.
 * @param headersFor headers of an answer whose bytes are the file at an absolute path; null where none can name it
 * @throws TypeError where the storage has no local files
 */
export function toWebServer(
  who: string,
  { name, capabilities }: Stowage['storage'],
  headersFor: (path: string, headers: HandOver['headers']) => Record<string, string> | null,
): Deliver {
  if (!capabilities.localFile) {
    throw new TypeError(`${who}: the storage ${name} has no local files that a web server could read. Deliver in another way.`)
  }
  return async (content, handOver) => {
    if (content.asset.sizeBytes === 0 || needsJudgement(handOver)) return null
    const { localFile, body } = await content.open({ signal: handOver.request.signal, preferLocalFile: true })
    if (localFile === undefined) {
      // It lies in another storage than most do.
      await body[Symbol.asyncIterator]().return?.()
      return null
    }
    await localFile.handle.close()
    const headers = headersFor(localFile.path, handOver.headers)
    return headers && { status: 200, headers, body: null }
  }
}

/**
 * Whether the request holds what the web server would judge by validators of its own, or read in another way than here: conditions that
 * have passed, ranges that do not stand, or are several.
 */
function needsJudgement({ request, range }: HandOver): boolean {
  const has = (name: string) => request.header(name) !== null
  if (has('range') && (range === null || has('if-range'))) return true
  return has('if-match') || has('if-unmodified-since') || (has('if-modified-since') && !has('if-none-match'))
}
