const PAIR = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+):([0-9]{1,5})$/

/**
 * Reads `host:port` pairs: names, IPv4 or bracketed IPv6 addresses, in any case.
 * @throws TypeError for anything that is no such pair, or is not spelt as URLs spell it
 */
export function readAllowedHosts(pairs: readonly string[]): ReadonlySet<string> {
  return new Set(pairs.map(readPair))
}

function readPair(given: string): string {
  const pair = given.toLowerCase()
  const port = Number(PAIR.exec(pair)?.[1])
  const url = URL.canParse(`http://${pair}`) ? new URL(`http://${pair}`) : null
  const isSpeltSo = url !== null && `${url.hostname}:${port}` === pair
  if (isSpeltSo && port > 0 && port < 65_536) return pair
  throw new TypeError(
    `allowHosts takes exact host:port pairs such as 127.0.0.1:4000 or [::1]:4000, not ${JSON.stringify(given)}.`,
  )
}
