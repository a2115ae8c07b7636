import { connect as connectNet, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { isSameAddress } from './addresses.ts'
import { isLiteral, type Target } from './check-url.ts'
import { unreachable } from './failures.ts'
import type { Settings } from './options.ts'

/** Where a connection goes: an address that was checked, never a name. */
export interface PinnedAddress {
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
}

/** @returns a socket that is connecting */
export type Connect = (to: PinnedAddress) => Socket

// A literal is never looked up.
export const connectTcp: Connect = ({ address, family, port }) =>
  connectNet({ host: address, port, family, autoSelectFamily: false })

const MAX_TRIED = 4

/**
 * Connects to the first of these addresses that answers, and to no other; with TLS for the name that was asked for, not for the address.
 * @param signal fires when time is up
 * @throws StowageError `unprocessable`
 */
export async function dial(
  settings: Settings,
  target: Target,
  { addresses, signal }: { readonly addresses: readonly string[]; readonly signal: AbortSignal },
): Promise<Socket> {
  const tried = addresses.slice(0, MAX_TRIED)
  const eachMs = settings.connectMs / tried.length
  let failure: unknown
  for (const address of tried) {
    const pinned: PinnedAddress = { address, family: isIP(address) === 4 ? 4 : 6, port: target.port }
    try {
      const socket = await connected(settings, pinned, { signal, eachMs })
      return target.isSecure ? await secured(settings, target, { socket, signal }) : socket
    } catch (error) {
      failure = error
      if (signal.aborted) break
    }
  }
  throw unreachable(`No connection to ${target.host}.`, failure)
}

interface Attempt {
  readonly signal: AbortSignal
  readonly eachMs: number
}

async function connected({ connect, clock }: Settings, pinned: PinnedAddress, { signal, eachMs }: Attempt): Promise<Socket> {
  signal.throwIfAborted()
  const socket = connect(pinned)
  const cancel = clock.after(eachMs, () => socket.destroy(new Error(`${pinned.address} did not answer in time.`)))
  try {
    await settled(socket, 'connect', signal)
  } finally {
    cancel()
  }
  if (isSameAddress(socket.remoteAddress ?? '', pinned.address)) return socket
  socket.destroy()
  throw new Error(`The connection went to ${socket.remoteAddress}, not to ${pinned.address}.`)
}

interface Handshake {
  readonly socket: Socket
  readonly signal: AbortSignal
}

async function secured({ ca }: Settings, target: Target, { socket, signal }: Handshake): Promise<TLSSocket> {
  const name = target.host.replace(/\.$/, '')
  const secure = connectTls({
    socket,
    host: name,
    // RFC 6066 §3: an address is no server name; certificates are held against `host` then.
    ...(!isLiteral(target) && { servername: name }),
    ALPNProtocols: ['http/1.1'],
    // Said, so that an environment variable can't unsay it.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }),
  })
  try {
    await settled(secure, 'secureConnect', signal)
    return secure
  } catch (error) {
    secure.destroy()
    throw error
  }
}

/** Waits for an event of a socket; whatever else happens to it is an error, now and later. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(signal.reason)
    const done = () => {
      signal.removeEventListener('abort', onAbort)
      socket.off('close', onClose)
    }
    const onClose = () => {
      done()
      reject(new Error('The connection was closed.'))
    }
    // Stays for the socket's whole life: what comes later is told by the answer that breaks off.
    socket.on('error', error => {
      done()
      reject(error)
    })
    socket.once('close', onClose)
    socket.once(event, () => {
      done()
      resolve()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
