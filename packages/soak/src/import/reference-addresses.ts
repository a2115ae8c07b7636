/**
 * What the guard is held against: which addresses are public, worked out on numbers from a table of its own, and by none of the guard's code.
 * Only plain spellings are read; a name, or any other spelling, is nothing that may be connected to.
 */
export function isPublicByReference(address: string): boolean {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)
  if (v4) {
    const number = v4.slice(1).reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    return !SPECIAL_V4.some(([base, bits]) => number >> BigInt(32 - bits) === base >> BigInt(32 - bits))
  }
  const number = readV6(address)
  // Global unicast, without the blocks of it that lead elsewhere or nowhere.
  if (number === null || number >> 125n !== 1n) return false
  const isIsatap = [0x5efen, 0x0200_5efen].includes((number >> 32n) & 0xffff_ffffn)
  return !isIsatap && !SPECIAL_V6.some(([base, bits]) => number >> BigInt(128 - bits) === base >> BigInt(128 - bits))
}

const v4 = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
const block = (text: string): readonly [bigint, number] => {
  const [base = '', bits = ''] = text.split('/')
  return [base.includes(':') ? (readV6(base) ?? 0n) : v4(base), Number(bits)]
}

const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
].map(block)

const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'].map(block)

function readV6(text: string): bigint | null {
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':')) return null
  const [head = '', tail] = text.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':'))
  const missing = 8 - words(head).length - words(tail ?? '').length
  const all = [...words(head), ...Array(Math.max(0, missing)).fill('0'), ...words(tail ?? '')]
  if (all.length !== 8) return null
  return all.reduce((sum, word) => (sum << 16n) + BigInt(`0x${word}`), 0n)
}
