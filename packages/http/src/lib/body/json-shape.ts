import { StowageError } from '@stowage/core/contracts'

const QUOTE = 34
const BACKSLASH = 92

/**
 * Looks once over the text of valid or invalid JSON for what `JSON.parse` lets through: nesting without end,
 * a name twice in one object, and `__proto__`.
 * @throws StowageError `invalid_request`
 */
export function checkJsonShape(text: string, maxDepth: number): void {
  const open: (Set<string> | null)[] = []
  let expectsName = false
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at)
        if (expectsName) checkName(open.at(-1), text.slice(at, end + 1))
        expectsName = false
        at = end
        break
      }
      case 123: // {
        open.push(new Set())
        expectsName = true
        break
      case 91: // [
        open.push(null)
        expectsName = false
        break
      case 125: // }
      case 93: // ]
        open.pop()
        expectsName = false
        break
      case 44: // ,
        expectsName = open.at(-1) instanceof Set
        break
    }
    if (open.length > maxDepth)
      throw new StowageError('invalid_request', `The JSON body is nested deeper than ${maxDepth} levels.`)
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return text.length
}

function checkName(names: Set<string> | null | undefined, quoted: string): void {
  if (names === null || names === undefined) return
  const name = readName(quoted)
  if (name === '__proto__') throw new StowageError('invalid_request', 'A member of a JSON body cannot be named "__proto__".')
  if (names.has(name)) {
    throw new StowageError(
      'invalid_request',
      `The JSON body has the member ${JSON.stringify(name.slice(0, 100))} twice in one object.`,
    )
  }
  names.add(name)
}

function readName(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
