export interface FormPart {
  readonly name: string
  readonly value: string | Uint8Array
  readonly filename?: string
  readonly type?: string
}

export interface FormBody {
  readonly headers: { readonly 'content-type': string }
  readonly body: Buffer
}

const BOUNDARY = 'xXstowageXx'

/** A multipart body, as browsers write it. */
export function form(...parts: readonly FormPart[]): FormBody {
  const pieces = parts.flatMap(part => [Buffer.from(headOf(part)), Buffer.from(part.value as string), Buffer.from('\r\n')])
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  }
}

function headOf({ name, filename, type }: FormPart): string {
  const named = filename === undefined ? '' : `; filename="${filename}"`
  const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n${typed}\r\n`
}

export function file(value: string | Uint8Array, filename = 'note.txt', type = 'text/plain'): FormPart {
  return { name: 'file', value, filename, type }
}
