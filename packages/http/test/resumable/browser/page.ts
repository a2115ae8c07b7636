import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import { type HttpRequest, type HttpResponse, Upload } from 'tus-js-client'
import { type Order, partOf, type Told } from './order.ts'

// What a page does to upload: a test tells it which way, by `begin`, and awaits `begun`.

const headers = { authorization: 'Bearer alice' }

const told = { progress: [] as number[], failed: 0, asset: null as string | null }

/** The same bytes as in the test, made of little. */
function fileOf(order: Order, number: number): File {
  const { part, sizeBytes } = order
  const one = new Blob([partOf(order, number)])
  const whole = Array.from({ length: Math.floor(sizeBytes / part.bytes) }, () => one)
  const parts = [...whole, one.slice(0, sizeBytes % part.bytes)]
  return new File(parts, `film-${number}.bin`, { lastModified: 1 })
}

const filesOf = (order: Order): readonly File[] => Array.from({ length: order.files ?? 1 }, (_, number) => fileOf(order, number))

async function withChecksum(request: HttpRequest, file: File, { chunkBytes, spoils }: Order): Promise<void> {
  if (request.getMethod() !== 'PATCH') return
  const from = Number(request.getHeader('Upload-Offset'))
  const bytes = await file.slice(from, from + (chunkBytes ?? file.size)).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  // What a line may do to bytes on their way.
  if (spoils && told.failed === 0) digest.reverse()
  request.setHeader('Upload-Checksum', `sha256 ${btoa(String.fromCharCode(...digest))}`)
}

const optionsOf = ({ endpoint, chunkBytes, withCreation, retryDelayMs = 0 }: Order) => ({
  endpoint,
  headers,
  retryDelays: Array.from({ length: 50 }, () => retryDelayMs),
  addRequestId: true,
  ...(chunkBytes !== undefined && { chunkSize: chunkBytes }),
  ...(withCreation && { uploadDataDuringCreation: true }),
  onAfterResponse: (_request: HttpRequest, answer: HttpResponse) => {
    told.asset = answer.getHeader('Stowage-Asset') ?? told.asset
  },
})

async function sendByTus(order: Order, file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const upload: Upload = new Upload(order.deferred ? file.stream().getReader() : file, {
    ...optionsOf(order),
    metadata: { filename: file.name, note: 'ä' },
    ...(order.deferred && { uploadLengthDeferred: true }),
    ...(order.checksum && { onBeforeRequest: request => withChecksum(request, file, order) }),
    onProgress: sent => void told.progress.push(sent),
    onShouldRetry: error => {
      told.failed += 1
      const status = error.originalResponse?.getStatus() ?? 0
      return navigator.onLine && (status < 400 || status >= 500 || status === 409 || status === 460)
    },
    onError(error) {
      // Whoever is offline begins again once the line is back.
      if (navigator.onLine) reject(error)
      else addEventListener('online', () => upload.start(), { once: true })
    },
    onSuccess: () => resolve(upload.url ?? ''),
  })
  const [earlier] = order.deferred ? [] : await upload.findPreviousUploads()
  if (earlier) upload.resumeFromPreviousUpload(earlier)
  upload.start()
  return promise
}

async function byTus(order: Order): Promise<readonly string[]> {
  return Promise.all(filesOf(order).map(file => sendByTus(order, file)))
}

async function byUppy(order: Order): Promise<readonly string[]> {
  const uppy = new Uppy({ meta: { note: 'ä' } }).use(Tus, {
    ...optionsOf(order),
    onShouldRetry: (error, _attempt, _options, next) => {
      told.failed += 1
      return next(error)
    },
  })
  uppy.on('upload-progress', (_file, { bytesUploaded }) => void told.progress.push(Number(bytesUploaded)))
  for (const file of filesOf(order)) uppy.addFile({ name: file.name, type: file.type, data: file })
  const result = await uppy.upload()
  const [failed] = result?.failed ?? []
  if (failed) throw new Error(failed.error ?? 'failed')
  return (result?.successful ?? []).map(({ uploadURL }) => uploadURL ?? '')
}

const begin = (order: Order): void => {
  const done = (order.by === 'Uppy' ? byUppy : byTus)(order)
  const begun = done.then((urls): Told => ({ ...told, urls }))
  begun.catch(() => undefined)
  Object.assign(globalThis, { told, begun })
}
Object.assign(globalThis, { begin })
