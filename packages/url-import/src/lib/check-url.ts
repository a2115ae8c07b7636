import { isIP } from 'node:net'
import { unreachable } from './failures.ts'
import type { Settings } from './options.ts'

const MAX_URL_CHARS = 2048
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }
/** Scheme, if any, and what stands between the slashes and the path. */
const AUTHORITY = /^(?:[a-z][a-z0-9+.-]*:)?\/{2,}([^/?#]*)/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop some of these without a word; a backslash is a slash to some
const AMBIGUOUS = /[\u0000-\u0020\u007f\\]/
/** Names that mean a machine or network of one's own (RFC 6761, 6762, 8375, 7686, 9476; `internal`: ICANN 2024). */
const PRIVATE_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa|onion|alt|invalid)\.?$/

/** A URL that may be resolved. Nothing was asked about its host yet. */
export interface Target {
  readonly url: URL
  readonly isSecure: boolean
  /** Without the brackets of IPv6. */
  readonly host: string
  readonly port: number
  /** Named by `allowHosts`: any address will do. */
  readonly isAllowed: boolean
}

/**
 * Checks everything that a URL says of itself.
 * @param base where a redirect came from
 * @throws StowageError `unprocessable`
 */
export function checkUrl(settings: Settings, text: string, base?: URL): Target {
  if (text.length > MAX_URL_CHARS) throw unreachable('The URL is too long.')
  if (AMBIGUOUS.test(text)) throw unreachable('The URL holds a space, control character or backslash.')
  if (!URL.canParse(text, base?.href)) throw unreachable('The URL is malformed.')
  const url = new URL(text, base)
  const defaultPort = DEFAULT_PORTS[url.protocol]
  if (defaultPort === undefined) throw unreachable(`The scheme ${url.protocol.slice(0, 20)} is not taken.`)
  const authority = AUTHORITY.exec(text)?.[1]
  if (authority === undefined && base === undefined) throw unreachable('The URL has no host.')
  if (authority?.includes('@') || url.username !== '' || url.password !== '') throw unreachable('The URL holds credentials.')
  const port = url.port === '' ? defaultPort : Number(url.port)
  const isAllowed = isAllowedPair(settings, url, { port, spelt: authority ?? url.host })
  if (!isAllowed && port !== defaultPort && !settings.ports.has(port)) throw unreachable(`The port ${port} is not taken.`)
  if (!isAllowed && PRIVATE_NAME.test(url.hostname)) throw unreachable('The name of the host is a private one.')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { url, isSecure: url.protocol === 'https:', host, port, isAllowed }
}

/** A pair counts as it is written, too: what merely comes to mean the same (127.1, a dot at the end) was not named. */
function isAllowedPair({ allowHosts }: Settings, url: URL, { port, spelt }: { port: number; spelt: string }): boolean {
  const pair = `${url.hostname}:${port}`
  const written = spelt.toLowerCase()
  return allowHosts.has(pair) && (written === pair || (url.port === '' && written === url.hostname))
}

export const isLiteral = ({ host }: Target): boolean => isIP(host) !== 0
