import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeGracefully, nodeHandler, prepareServer } from '@stowage/http/node'
import { onTestFinished } from 'vitest'
import { as, type OpenOptions, openApi } from '../open-api.ts'
import { type Answer, sendByHttp } from '../transports.ts'

export const BYTES = 'application/offset+octet-stream'
export const TUS = { 'tus-resumable': '1.0.0' }

/** The house API on a real socket, spoken to as clients of tus do. */
export async function serveTus(options: OpenOptions = {}) {
  const opened = await openApi(options)
  const server = createServer(nodeHandler(opened.api))
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await closeGracefully(server, { timeoutMs: 500 })
    await opened.close()
  })
  const { port } = server.address() as AddressInfo
  const tus = (method: string, path: string, headers: Record<string, string> = {}, body?: string | Uint8Array): Promise<Answer> =>
    sendByHttp(port, path, { method, headers: { ...as('alice'), ...TUS, ...headers }, ...(body !== undefined && { body }) })
  /** Begins one, and says where it is. */
  const begin = async (length: number | null, headers: Record<string, string> = {}): Promise<string> => {
    const size = length === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(length) }
    const answer = await tus('POST', '/notes/uploads/resumable', { ...size, ...headers })
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
    return new URL(answer.headers.get('location') ?? '', `http://127.0.0.1:${port}`).pathname
  }
  const patch = (at: string, offset: number, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
    tus('PATCH', at, { 'content-type': BYTES, 'upload-offset': String(offset), ...headers }, body)
  const offset = async (at: string): Promise<number> => Number((await tus('HEAD', at)).headers.get('upload-offset'))
  return { ...opened, server, port, tus, begin, patch, offset }
}
