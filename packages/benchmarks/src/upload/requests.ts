import type { Content } from '../harness/content.ts'
import type { Contender } from './contenders.ts'

const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
const END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)

/**
 * Makes upload requests of one content, each with a filename of its own.
 * @param firstNumber of the filenames; all must have as many digits
 */
export function uploadRequests({ form }: Contender, { sizeBytes, pieces }: Content, firstNumber: number): () => Buffer[] {
  let number = firstNumber
  return () => {
    const filename = `file-${number++}.bin`
    if (form === null) return [Buffer.from(requestHead('PUT', `/${filename}`, sizeBytes, {})), ...pieces]
    const partHead = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`
    const headers = { ...form.headers, 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }
    const head = requestHead('POST', form.path, partHead.length + sizeBytes + END.length, headers)
    return [Buffer.from(head + partHead), ...pieces, END]
  }
}

function requestHead(method: string, path: string, sizeBytes: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers, 'Content-Length': sizeBytes })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
