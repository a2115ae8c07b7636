export interface FormPart {
  readonly name: string
  readonly value: string | Uint8Array
  readonly filename?: string
  readonly type?: string
}

/** A multipart body, as browsers write it. */
export function form(...parts: readonly FormPart[]): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'xXstowageXx'
  const pieces = parts.flatMap(({ name, value, filename, type }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n` +
        `${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ])
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

export function file(value: string | Uint8Array, filename = 'note.txt', type = 'text/plain'): FormPart {
  return { name: 'file', value, filename, type }
}
