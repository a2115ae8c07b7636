/** Text fields of a form, in order; a name may repeat. */
export type Fields = readonly (readonly [name: string, value: string])[]

export interface Frame {
  /** Content-Type of the whole. */
  readonly type: string
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

interface FilePart {
  readonly filename: string
  readonly contentType: string
}

/**
 * What stands before and after the file's bytes in a multipart body (RFC 7578), with names escaped as browsers do. The text fields come
 * first: the API then knows all of them when the file begins. FormData would turn each line break of a text into CR LF.
 */
export function formFrame(fields: Fields, file: FilePart): Frame {
  const boundary = `stowage-${randomHex()}`
  const part = (name: string, rest: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${rest}`
  const texts = fields.map(([name, value]) => part(name, `\r\n\r\n${value}\r\n`)).join('')
  const head = texts + part('file', `; filename="${escaped(file.filename)}"\r\nContent-Type: ${file.contentType}\r\n\r\n`)
  const encoder = new TextEncoder()
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    head: encoder.encode(head),
    tail: encoder.encode(`\r\n--${boundary}--\r\n`),
  }
}

/** 128 bits; randomUUID is for secure pages only. */
export function randomHex(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

function escaped(name: string): string {
  return name.replace(/["\r\n]/g, character => encodeURIComponent(character))
}
