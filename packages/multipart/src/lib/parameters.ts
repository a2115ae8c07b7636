export interface Parameters {
  readonly values: ReadonlyMap<string, Parameter>
  /** First parameter name that occurs twice, in lower case. */
  readonly repeated: string | null
}

export interface Parameter {
  /** As sent, without the quotes around it. */
  readonly raw: string
  readonly quoted: boolean
}

// In quotes each alternative starts with another character, so matching stays linear.
// Without quotes: token characters, and those of bchars that senders leave unquoted in a boundary.
const parameter = /[ \t]*;[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z/=:?()]*))/sy

/**
 * Reads `; name=value; name="value"` from `start` to the end of a header value.
 * @returns null where the text is anything else
 */
export function readParameters(text: string, start: number): Parameters | null {
  const values = new Map<string, Parameter>()
  let repeated: string | null = null
  let position = start
  while (position < text.length) {
    parameter.lastIndex = position
    const match = parameter.exec(text)
    if (match === null) return null
    const name = (match[1] ?? '').toLowerCase()
    if (values.has(name)) repeated ??= name
    values.set(name, { raw: match[2] ?? match[3] ?? '', quoted: match[2] !== undefined })
    position = parameter.lastIndex
  }
  return { values, repeated }
}
