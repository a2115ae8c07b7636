import type { ObjectInfo, PutOptions, StorageBody } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { type Block, Blocks } from './blocks.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Place } from './place.ts'
import { uploadPath } from './place.ts'
import { piecesOf, type RequestBody } from './requests.ts'
import { infoOf, type Resource, saidOf } from './resource.ts'
import { ResumableUpload } from './resumable.ts'
import { beginWrite, conditionOf, settle, type Write } from './write.ts'

/** What fits into one block goes in one request, anything else block by block: in memory are the one that leaves and the next. */
export async function putObject(place: Place, key: string, body: StorageBody, options: PutOptions): Promise<ObjectInfo> {
  const write = beginWrite(key, 'store', options)
  const said = saidOf(options, write.id)
  const { sizeBytes, checksum, disposableChunks: disposable, signal } = options
  const ended = new AbortController()
  const both = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  const maxBytes = capabilitiesOf(place.prefix).maxObjectBytes
  const blocks = new Blocks(body, { blockBytes: place.partBytes, maxBytes, sizeBytes, checksum, disposable, signal: both })
  try {
    const first = await blocks.next()
    const made = first.last
      ? await insert(place, write, said, { blocks, first })
      : await putInBlocks(place, write, said, { blocks, first })
    return infoOf(place, verified(made, blocks, write))
  } finally {
    // A source that is silent is not waited for.
    ended.abort(ENDED)
    await blocks.stop()
  }
}

/** Made once: a reason of its own for each would cost more than the rest of a small put's bookkeeping. */
const ENDED = new StowageError('aborted', 'The put has ended.')

interface Reading {
  readonly blocks: Blocks
  readonly first: Block
}
type Said = Readonly<Record<string, unknown>>

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects/insert */
async function insert(place: Place, write: Write, said: Said, { blocks, first }: Reading): Promise<Resource> {
  const body = relatedBody({ ...said, name: place.prefix + write.key, crc32c: blocks.crc32c }, first, write.id)
  const query = { uploadType: 'multipart', ...conditionOf(write) }
  const { doing, signal } = write
  return settle(place, write, () => ({ doing, method: 'POST', path: uploadPath(place), query, body, signal }))
}

/** The object's metadata and its bytes, so that both arrive or neither. @see RFC 2387 */
function relatedBody(resource: Said, { bytes }: Block, unique: string): RequestBody {
  const boundary = `stowage-${unique}`
  const type = String(resource.contentType ?? 'application/octet-stream')
  const head = Buffer.from(
    [
      `--${boundary}`,
      'Content-Type: application/json; charset=UTF-8',
      '',
      JSON.stringify(resource),
      `--${boundary}`,
      `Content-Type: ${type}`,
      '',
      '',
    ].join('\r\n'),
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    chunks: () => [head, ...piecesOf(bytes), tail],
    sizeBytes: head.byteLength + bytes.byteLength + tail.byteLength,
    contentType: `multipart/related; boundary=${boundary}`,
  }
}

async function putInBlocks(place: Place, write: Write, said: Said, { blocks, first }: Reading): Promise<Resource> {
  const upload = await ResumableUpload.begin(place, write, said)
  try {
    for (let block = first; ; ) {
      const next = block.last ? null : blocks.next()
      // Until it is awaited below; a failure of `send` comes first.
      next?.catch(() => undefined)
      const made = await upload.send(block, block.last ? blocks.crc32c : null)
      blocks.done(block)
      if (made) return made
      if (!next) throw new StowageError('bad_gateway', `Could not ${write.doing}: the service waits for more than there is.`)
      block = await next
    }
  } catch (error) {
    await upload.cancel()
    throw error
  }
}

/** The service states what it holds; it must be what was sent. */
function verified(made: Resource, { crc32c, sizeBytes }: Blocks, { doing }: Write): Resource {
  if (Number(made.size) === sizeBytes && (made.crc32c === undefined || made.crc32c === crc32c)) return made
  throw new StowageError('bad_gateway', `Could not ${doing}: what the service holds is not what was sent. Store it again.`)
}
