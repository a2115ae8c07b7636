import type { IncomingMessage, ServerResponse } from 'node:http'

/** Takes the first bytes of an upload and no more until `open()`; knows when a client went away. */
export function createSlowSink() {
  const opened = gate()
  const cut = gate()
  return {
    open: opened.pass,
    /** Resolves once an upload was cut off. */
    cut: cut.passed,
    async take(request: IncomingMessage, response: ServerResponse, body: object): Promise<void> {
      request.on('error', cut.pass)
      await opened.passed
      let sizeBytes = 0
      request.on('data', chunk => {
        sizeBytes += chunk.length
      })
      request.on('end', () =>
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ ...body, sizeBytes })),
      )
    },
  }
}

function gate(): { pass: () => void; passed: Promise<void> } {
  let resolve: () => void
  const passed = new Promise<void>(done => {
    resolve = done
  })
  return { pass: () => resolve(), passed }
}
