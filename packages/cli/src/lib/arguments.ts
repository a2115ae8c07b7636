import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './exit-codes.ts'

const COMMON = {
  storage: { type: 'string' },
  'other-storage': { type: 'string', multiple: true },
  database: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

/** @throws UsageError for what the command does not know */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], own: T) {
  try {
    return parseArgs({ args: [...args], options: { ...COMMON, ...own }, strict: true, allowPositionals: false }).values
  } catch (error) {
    // Node adds how to write a positional argument, which no command takes.
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error), { cause: error })
  }
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `90s`, `30m`, `12h`, `2d`, or `0`. */
export function duration(text: string, option: string): number {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  if (text === '0') return 0
  if (digits === undefined || unit === undefined) {
    throw new UsageError(`--${option} ${text} is no duration: write 90s, 30m, 12h, 2d or 0.`)
  }
  return Number(digits) * UNITS[unit as keyof typeof UNITS]
}

const SIZES = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const

/** Bytes of `500k`, `20M`, `1.5G`, `8MiB`; also with a B behind it. */
export function byteCount(text: string, option: string): number {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(|k|M|G|Ki|Mi|Gi)B?$/.exec(text) ?? []
  const bytes = Number(amount) * SIZES[unit as keyof typeof SIZES]
  if (bytes > 0) return bytes
  throw new UsageError(`--${option} ${text} is no number of bytes: write 500kB, 20MB or 8MiB.`)
}

/** 0.05 of `5%` or `5`. */
export function share(text: string, option: string): number {
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN
  if (percent <= 100) return percent / 100
  throw new UsageError(`--${option} ${text} is no share: write a percentage, such as 5%.`)
}

export function wholeNumber(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`--${option} ${text} is no whole number.`)
}

export function oneOf<T extends string>(text: string, allowed: readonly T[], option: string): T {
  const found = allowed.find(one => one === text)
  if (found !== undefined) return found
  throw new UsageError(`--${option} ${text} is not known: it is ${allowed.join(' or ')}.`)
}
