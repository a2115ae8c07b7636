import type { Server } from 'node:http'

/**
 * Stops a server: no new connections, idle ones end at once, requests under way get `timeoutMs` (default 5000) to end.
 * @returns false when some had to be cut
 */
export async function closeGracefully(server: Server, options: { readonly timeoutMs?: number } = {}): Promise<boolean> {
  if (!server.listening) return true
  let cut = false
  // A connection becomes idle only when its request ends, so this asks again until none is left.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const deadline = setTimeout(() => {
    cut = true
    server.closeAllConnections()
  }, options.timeoutMs ?? 5000)
  try {
    await new Promise<void>((resolve, reject) => server.close(error => (error ? reject(error) : resolve())))
  } finally {
    clearInterval(idle)
    clearTimeout(deadline)
  }
  return !cut
}
