import type { Content } from '../harness/content.ts'
import type { Answer, RawConnection } from '../harness/raw-connection.ts'
import type { Contender } from './contenders.ts'

const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
const END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)

type Headers = Readonly<Record<string, string>>

/** Uploads one file. */
export type Upload = (connection: RawConnection) => Promise<void>

/**
 * Uploads of one content, each with a filename of its own.
 * @param firstNumber of the filenames; all must have as many digits
 */
export function uploadsOf(
  { protocol, path, headers = {} }: Pick<Contender, 'protocol' | 'path'> & Partial<Contender>,
  content: Content,
  firstNumber: number,
): Upload {
  let number = firstNumber
  const upload = { form: uploadForm, put: uploadBare, tus: uploadByTus }[protocol]
  return async connection => {
    const { status, head } = await upload(connection, content, { path, headers, filename: `file-${number++}.bin` })
    if (![200, 201, 204].includes(status)) throw new Error(`An upload was refused:\n${head}`)
  }
}

interface Target {
  readonly path: string
  readonly headers: Headers
  readonly filename: string
}

function uploadForm(connection: RawConnection, content: Content, { path, headers, filename }: Target): Promise<Answer> {
  const partHead = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const sizeBytes = partHead.length + content.sizeBytes + END.length
  const head = requestHead('POST', path, sizeBytes, { ...headers, 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` })
  return connection.exchange([Buffer.from(head + partHead), ...content.pieces, END])
}

function uploadBare(connection: RawConnection, { sizeBytes, pieces }: Content, target: Target): Promise<Answer> {
  return connection.exchange([Buffer.from(requestHead('PUT', target.path + target.filename, sizeBytes, {})), ...pieces])
}

/** @see https://tus.io/protocols/resumable-upload */
async function uploadByTus(connection: RawConnection, { sizeBytes, pieces }: Content, { path }: Target): Promise<Answer> {
  const tus = { 'Tus-Resumable': '1.0.0' }
  const creation = requestHead('POST', path, 0, { ...tus, 'Upload-Length': String(sizeBytes) })
  const created = await connection.exchange([Buffer.from(creation)])
  const location = /\r\nlocation: *(.+)/i.exec(created.head)?.[1]?.trim()
  if (location === undefined) return created
  const headers = { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }
  return connection.exchange([Buffer.from(requestHead('PATCH', location, sizeBytes, headers)), ...pieces])
}

function requestHead(method: string, path: string, sizeBytes: number, headers: Headers): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers, 'Content-Length': sizeBytes })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
