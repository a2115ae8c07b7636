/** One system call. Times are places in the log: a call that was interrupted in the log ends later than it starts. */
export interface SystemCall {
  readonly name: string
  readonly start: number
  readonly end: number
  /** As strace prints them: strings in hexadecimal, in quotes. */
  readonly args: string
  /** Negative where it failed. */
  readonly result: number
  /** Name of the error, as `ENOENT`; null where it succeeded. */
  readonly error: string | null
}

const LINE = /^(\d+)\s+(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$/s
const RESULT = /\)\s+= (-?\d+)(?:<.*>)?(?: (E[A-Z0-9]+))?(?: .*)?$/s
const UNFINISHED = ' <unfinished ...>'

/** Reads the output of `strace -f -xx`. Calls whose end is not there are left out. */
export function systemCallsOf(log: string): readonly SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, { readonly name: string; readonly start: number; readonly text: string }>()
  for (const [at, line] of log.split('\n').entries()) {
    const [, thread = '', name, begun = '', resumed, rest = ''] = LINE.exec(line) ?? []
    if (name !== undefined && begun.endsWith(UNFINISHED)) {
      open.set(thread, { name, start: at, text: begun.slice(0, -UNFINISHED.length) })
      continue
    }
    const first = resumed === undefined ? { name: name ?? '', start: at, text: begun } : open.get(thread)
    if (!first || first.name === '') continue
    open.delete(thread)
    const text = resumed === undefined ? first.text : first.text + rest
    const [, result, error = null] = RESULT.exec(text) ?? []
    if (result === undefined) continue
    calls.push({ name: first.name, start: first.start, end: at, args: text.replace(RESULT, ''), result: Number(result), error })
  }
  return calls.sort((a, b) => momentOf(a) - momentOf(b))
}

/** A descriptor is free for other threads as soon as its close begins; all else has happened once it ends. */
const momentOf = ({ name, start, end }: SystemCall): number => (name === 'close' ? start : end)

/** The arguments of a call: strings as their bytes, the rest as it stands. */
export function argumentsOf(call: SystemCall): readonly (Buffer | string)[] {
  return [...call.args.matchAll(/"((?:\\x[0-9a-f]{2})*)"|([^",[\]{}]+)/g)].flatMap(
    ([, string, other]): readonly (Buffer | string)[] => {
      if (string !== undefined) return [Buffer.from(string.replaceAll('\\x', ''), 'hex')]
      const text = other?.trim() ?? ''
      return text === '' ? [] : [text]
    },
  )
}
