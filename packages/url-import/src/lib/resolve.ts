import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isLiteral, type Target } from './check-url.ts'
import { unreachable } from './failures.ts'
import type { Settings } from './options.ts'

/**
 * Gives every address of a name, best first.
 * @param signal fires when nobody waits for the answer any more
 */
export type Resolve = (name: string, signal: AbortSignal) => Promise<readonly string[]>

/** Asks the machine's own resolver, as connections do: hosts file, search list and all. */
export const systemResolve: Resolve = async name =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address)

/**
 * The addresses that a target may be connected to: of a literal itself, of a name each that one question gives. One that is not public spoils all,
 * since whoever answers so is up to something.
 * @throws StowageError `unprocessable`
 */
export async function resolveTarget(settings: Settings, target: Target, signal: AbortSignal): Promise<readonly string[]> {
  const addresses = isLiteral(target) ? [target.host] : await ask(settings, target.host, signal)
  if (addresses.length === 0) throw unreachable('The name of the host has no address.')
  if (addresses.some(address => isIP(address) === 0)) throw unreachable('The resolver gave what is no address.')
  if (!target.isAllowed && !addresses.every(address => isPermitted(settings, address))) {
    throw unreachable(`${target.host} is, or leads to, an address that may not be connected to.`)
  }
  return [...new Set(addresses)]
}

function isPermitted({ mayConnect }: Settings, address: string): boolean {
  try {
    // Anything but `true` is no permission, a promise above all.
    return mayConnect(address) === true
  } catch (cause) {
    throw unreachable('`mayConnect` failed.', cause)
  }
}

async function ask({ resolve }: Settings, name: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await resolve(name, signal)
  } catch (cause) {
    throw unreachable('The name of the host could not be resolved.', cause)
  }
}
