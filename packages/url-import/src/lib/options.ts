import type { Clock } from '@stowage/core/contracts'
import { isPublicAddress } from './addresses.ts'
import { readAllowedHosts } from './allowed-hosts.ts'
import { type Connect, connectTcp } from './dial.ts'
import { type Resolve, systemResolve } from './resolve.ts'
import { systemClock } from './system-clock.ts'

/** What `urlImporter` takes. Every default is safe for URLs that strangers name. */
export interface UrlImporterOptions {
  /**
   * Exact `host:port` pairs that are let through whatever their address, such as `127.0.0.1:4000` or `[::1]:4000`: for tests, and for servers
   * of your own. Default: none.
   */
  readonly allowHosts?: readonly string[]
  /** Ports taken beside 80 for http and 443 for https. Default: none. */
  readonly ports?: readonly number[]
  /** Which addresses may be connected to. Narrow it to keep strangers off your own public ones. Default: `isPublicAddress`. */
  readonly mayConnect?: (address: string) => boolean
  /** Content types an origin may declare, exact or as `image/*`; others end the import before their first byte. Default: all. */
  readonly accept?: readonly string[]
  /** Followed at most: 0 to 3, default 3. Each is checked like the first URL. */
  readonly maxRedirects?: number
  /** Follows a redirect from https to http. Default false. */
  readonly allowDowngrade?: boolean
  /** For each hop: how long resolving, connecting and TLS may take together. Default 5 s. */
  readonly connectMs?: number
  /** For each hop: how long the answer's head may take. Default 10 s. */
  readonly headersMs?: number
  /** How long an origin may send nothing while its body is waited for. Default 15 s. */
  readonly idleMs?: number
  /** How long an import may take in all. Default 5 minutes. */
  readonly totalMs?: number
  /** A refusal for one of the reasons that nobody is told comes no earlier than this, whatever the reason. Default 500 ms. */
  readonly refusalMs?: number
  /** Largest head of an answer in bytes. Default 16 KiB. */
  readonly maxHeaderBytes?: number
  /** Most header lines of an answer. Default 100. */
  readonly maxHeaders?: number
  /** Certificate authorities trusted in place of Node's own list, as PEM. */
  readonly ca?: string | readonly string[]
  /** Sent as User-Agent. Default `stowage-url-import`. */
  readonly userAgent?: string
  /** Default: the machine's resolver, by `dns.lookup`. */
  readonly resolve?: Resolve
  /** Opens the connection to an address that was checked. Default: TCP. */
  readonly connect?: Connect
  readonly clock?: Clock
}

/** Options, read. */
export interface Settings extends Required<Omit<UrlImporterOptions, 'allowHosts' | 'ports' | 'accept' | 'ca'>> {
  readonly allowHosts: ReadonlySet<string>
  readonly ports: ReadonlySet<number>
  readonly accept: readonly string[] | null
  readonly ca: string | readonly string[] | undefined
}

const DEFAULTS = {
  maxRedirects: 3,
  connectMs: 5000,
  headersMs: 10_000,
  idleMs: 15_000,
  totalMs: 300_000,
  refusalMs: 500,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 100,
}
type Count = keyof typeof DEFAULTS

/** @throws TypeError for options that can't be meant */
export function readOptions(options: UrlImporterOptions): Settings {
  const counts = { ...DEFAULTS }
  for (const name of Object.keys(DEFAULTS) as Count[]) counts[name] = wholeNumber(name, options[name] ?? DEFAULTS[name])
  if (counts.maxRedirects > 3) throw new TypeError(`urlImporter: maxRedirects is 0 to 3, not ${counts.maxRedirects}.`)
  const { userAgent = 'stowage-url-import' } = options
  if (!/^[\x20-\x7e]+$/.test(userAgent)) throw new TypeError('urlImporter: userAgent is printable ASCII.')
  return {
    ...counts,
    userAgent,
    allowHosts: readAllowedHosts(options.allowHosts ?? []),
    ports: new Set((options.ports ?? []).map(port => wholeNumber('ports', port))),
    accept: options.accept ?? null,
    ca: options.ca,
    mayConnect: options.mayConnect ?? isPublicAddress,
    allowDowngrade: options.allowDowngrade ?? false,
    resolve: options.resolve ?? systemResolve,
    connect: options.connect ?? connectTcp,
    clock: options.clock ?? systemClock(),
  }
}

function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`urlImporter: ${name} takes whole numbers, not ${value}.`)
}
