import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on which connections are cut, once clients have sent so much. */
export interface CutProxy {
  readonly port: number
  /**
   * After so many bytes more, counted from the cut before, over all connections: the connection that brings the last of them is cut. The server gets these bytes.
   * @param between what happens while that connection, and no other, stands still
   */
  cut(afterBytes: readonly number[], between?: () => Promise<unknown>): void
  /** Ends every connection, and takes no new one until `up`. */
  down(): void
  up(): void
  readonly passedBytes: number
  readonly cutsLeft: number
  close(): Promise<void>
}

/** @param target where the server is; asked for each connection */
export async function openCutProxy(target: () => Promise<number>): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  const cuts: number[] = []
  let sinceCut = 0
  let passedBytes = 0
  let isDown = false
  let onCut: () => Promise<unknown> = async () => undefined
  /** How much of these bytes passes, and whether they are the last of their connection. */
  const passed = (bytes: number): readonly [bytes: number, isLast: boolean] => {
    const [next] = cuts
    const left = next === undefined ? Number.POSITIVE_INFINITY : next - sinceCut
    const isLast = bytes >= left
    const taken = isLast ? left : bytes
    passedBytes += taken
    sinceCut = isLast ? 0 : sinceCut + taken
    if (isLast) cuts.shift()
    return [taken, isLast]
  }
  const server = createServer(async from => {
    from.on('error', () => undefined)
    const port = await target()
    if (isDown) from.destroy()
    if (from.destroyed) return
    const to = connect(port, '127.0.0.1')
    let isCut = false
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        // While something happens in between, the client hears nothing of it.
        if (!isCut) from.destroy()
        to.end()
      })
    }
    to.on('data', chunk => {
      if (isCut || from.write(chunk)) return
      to.pause()
      from.once('drain', () => to.resume())
    })
    from.on('data', chunk => {
      if (isCut) return
      const [bytes, isLast] = passed(chunk.length)
      if (!to.write(chunk.subarray(0, bytes))) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (!isLast) return
      isCut = true
      to.end()
      void onCut().finally(() => from.destroy())
    })
    from.on('end', () => to.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut(afterBytes, between = async () => undefined) {
      sinceCut = 0
      cuts.push(...afterBytes)
      onCut = between
    },
    down() {
      isDown = true
      for (const socket of sockets) socket.destroy()
    },
    up() {
      isDown = false
    },
    get passedBytes() {
      return passedBytes
    },
    get cutsLeft() {
      return cuts.length
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
