import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The one block of IPv6 that global unicast addresses are given out of; all special ones outside it need no list. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** Public by number, and yet a door inside a cloud: the host agent of Azure's virtual machines. */
const HOST_AGENT = '168.63.129.16'
/** RFC 5214 §6.1: an IPv4 address in the last 32 bits, behind 0:5efe or 200:5efe. */
const ISATAP = [0x5efe, 0x200_5efe]

/**
 * Whether an address is one of the public internet: unicast, routed everywhere, given out to somebody. Everything that leads to an IPv4
 * address by way of IPv6 (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) is not, whichever address that is.
 * @param address IPv4 in four decimal parts, or IPv6 without brackets; anything else is not public
 * @see RFC 6890 and the special-purpose registries of IANA
 */
export function isPublicAddress(address: string): boolean {
  // A zone names a link of this machine.
  if (isIP(address) === 0 || address.includes('%')) return false
  if (isIPv4(address)) return address !== HOST_AGENT && ipaddr.IPv4.parse(address).range() === 'unicast'
  const parsed = ipaddr.IPv6.parse(address)
  const [, , , , high = 0, low = 0] = parsed.parts
  return parsed.match(GLOBAL_UNICAST) && parsed.range() === 'unicast' && !ISATAP.includes(high * 0x1_0000 + low)
}

/** Whether two spellings name the same address. */
export function isSameAddress(one: string, other: string): boolean {
  if (isIP(one) === 0 || isIP(other) === 0) return false
  return ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString()
}
