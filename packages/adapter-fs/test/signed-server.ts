import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isStowageError } from '@stowage/core/contracts'
import type { FsStorage } from '../src/index.ts'

/** The least that answers signed requests. */
export async function signedServer(storage: () => FsStorage): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      const signed = storage().openSignedRequest?.({
        method: request.method ?? '',
        url: request.url ?? '',
        header: name => request.headers[name],
      })
      if (signed?.does === 'put') await storage().put(signed.key, request, signed.options)
      if (signed?.does === 'putPart') {
        response.setHeader('etag', (await storage().multipart.putPart(signed.upload, request, signed.options)).etag)
      }
      if (signed?.does !== 'get') return void response.writeHead(204).end()
      const { body, info } = await storage().get(signed.key)
      response.setHeader('content-length', info.sizeBytes)
      if (signed.contentType) response.setHeader('content-type', signed.contentType)
      if (signed.contentDisposition) response.setHeader('content-disposition', signed.contentDisposition)
      for await (const chunk of body) response.write(chunk)
      response.end()
    } catch (error) {
      const status = isStowageError(error) ? error.status : 500
      response.writeHead(status, { connection: 'close' }).end(String(error))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/signed`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
