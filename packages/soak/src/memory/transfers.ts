import { createHash } from 'node:crypto'
import { contentOf } from '../measured/content.ts'
import { type ByteRange, download, remove } from '../measured/download.ts'
import type { MeasuredServer } from '../measured/measured-server.ts'
import { exchange } from '../measured/send.ts'
import { type Upload, wireUpload } from '../measured/upload.ts'

export interface Stored {
  readonly id: string
  readonly upload: Upload
  readonly sha256: string
}

/** Uploads and makes sure that the server has what was sent. */
export async function store(server: MeasuredServer, upload: Upload): Promise<Stored> {
  const hash = createHash('sha256')
  const answer = await exchange(
    server.port,
    wireUpload(upload).pieces(block => void hash.update(block)),
  )
  const sha256 = hash.digest('hex')
  if (answer?.status !== 201) throw new Error(`An upload ended with ${answer?.status}: ${answer?.body}`)
  const asset = JSON.parse(answer.body.toString()) as { id: string; sizeBytes: number; sha256: string }
  if (asset.sizeBytes !== upload.sizeBytes || asset.sha256 !== sha256) throw new Error(`Other bytes are stored: ${answer.body}`)
  return { id: asset.id, upload, sha256 }
}

/** Downloads the whole and makes sure of its digest. */
export async function readWhole(server: MeasuredServer, { id, upload, sha256 }: Stored): Promise<void> {
  const read = await download(server.port, id)
  if (read.status !== 200 || read.sizeBytes !== upload.sizeBytes || read.sha256 !== sha256) {
    throw new Error(`A download of ${upload.sizeBytes} bytes gave ${JSON.stringify(read)}.`)
  }
}

/** Downloads in ranges of `rangeBytes`, one after another, and makes sure of each. */
export async function readRanges(server: MeasuredServer, stored: Stored, rangeBytes: number): Promise<void> {
  const { id, upload } = stored
  const expected = digestsOf(upload, rangeBytes)
  for (let first = 0; first < upload.sizeBytes; first += rangeBytes) {
    const range: ByteRange = { first, last: Math.min(first + rangeBytes, upload.sizeBytes) - 1 }
    const read = await download(server.port, id, range)
    if (read.status !== 206 || read.sha256 !== expected.next().value) {
      throw new Error(`Bytes ${range.first} to ${range.last} gave ${JSON.stringify(read)}.`)
    }
  }
}

/** Of one range after another; ranges are whole blocks of the content. */
function* digestsOf({ seed, sizeBytes }: Upload, rangeBytes: number): Generator<string, undefined> {
  let [hash, bytes] = [createHash('sha256'), 0]
  for (const block of contentOf(seed, sizeBytes)) {
    hash.update(block)
    bytes += block.length
    if (bytes < rangeBytes) continue
    yield hash.digest('hex')
    hash = createHash('sha256')
    bytes = 0
  }
  if (bytes > 0) yield hash.digest('hex')
}

export async function drop(server: MeasuredServer, { id }: Stored): Promise<void> {
  const status = await remove(server.port, id)
  if (status !== 204) throw new Error(`A delete ended with ${status}.`)
}
