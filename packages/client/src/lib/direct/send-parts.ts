import { answered, asking, retrying } from '../upload/retrying.ts'
import type { Sending } from '../upload/sending.ts'
import type { DirectUpload, SignedPart, SignedRequest } from './direct-upload.ts'
import { sendBytes } from './send-bytes.ts'

/** Signed in one go: their URLs live for a while only. */
const SIGNED_AHEAD = 16

/** Sends the whole file, each time with a fresh request. */
export async function sendWhole(upload: DirectUpload, sending: Sending): Promise<void> {
  const { connection, blob, patience, onSent, onArrived } = sending
  await retrying(
    patience,
    () => true,
    async attempt => {
      const { request } =
        attempt === 0
          ? upload
          : await answered(patience, signal =>
              connection.ask<DirectUpload>({ method: 'GET', path: ['uploads', upload.id], signal }),
            )
      if (request) await sendBytes(request, blob, { ...patience, onSent, connection })
    },
  )
  onArrived()
}

/** Sends the parts that have not arrived yet, some at once. The first that fails for good ends them all. */
export async function sendParts(upload: DirectUpload, sending: Sending): Promise<void> {
  const { blob, patience, onSent, onArrived } = sending
  const { partsAtOnce = 3 } = sending.options
  const partBytes = upload.partBytes ?? blob.size
  const partOf = (number: number) => blob.slice((number - 1) * partBytes, number * partBytes)
  const sent = new Map<number, number>()
  const tell = (number: number, bytes: number) => {
    sent.set(number, bytes)
    onSent([...sent.values()].reduce((sum, each) => sum + each, 0))
  }
  const arrived = new Map(upload.parts.map(part => [part.partNumber, part.sizeBytes]))
  const missing: number[] = []
  for (let number = 1; number <= (upload.partCount ?? 1); number++) {
    if (arrived.get(number) === partOf(number).size) {
      tell(number, partOf(number).size)
      onArrived()
    } else missing.push(number)
  }
  const failed = new AbortController()
  const within = { ...patience, signal: AbortSignal.any([patience.signal, failed.signal]) }
  const sign = signer(upload, { ...sending, patience: within }, missing)
  const queue = missing.values()
  const work = async () => {
    for (const number of queue) {
      await retrying(
        within,
        () => true,
        async attempt => {
          const request = await sign(number, attempt > 0)
          const onPart = (bytes: number) => tell(number, bytes)
          await sendBytes(request, partOf(number), { ...within, onSent: onPart, connection: sending.connection })
        },
      )
      onArrived()
    }
  }
  const workers = Array.from({ length: Math.min(partsAtOnce, missing.length) }, () =>
    work().catch(error => {
      failed.abort(error)
      throw error
    }),
  )
  await Promise.all(workers).finally(() => Promise.allSettled(workers))
}

/** Requests for parts, several signed at once; `fresh` signs one anew. */
function signer(upload: DirectUpload, { connection, patience }: Sending, missing: readonly number[]) {
  const signed = new Map<number, Promise<SignedRequest>>()
  const ask = (numbers: readonly number[]) => {
    const asked = asking(patience, signal =>
      connection.ask<{ parts: readonly SignedPart[] }>({
        method: 'POST',
        path: ['uploads', upload.id, 'parts'],
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ partNumbers: numbers }),
        signal,
      }),
    )
    for (const number of numbers) {
      const request = asked.then(({ parts }) => requestOf(parts, number))
      // Each is awaited by its own part, perhaps much later, or by none.
      request.catch(() => undefined)
      signed.set(number, request)
    }
  }
  return (number: number, fresh: boolean): Promise<SignedRequest> => {
    if (fresh) ask([number])
    else if (!signed.has(number)) {
      const from = missing.indexOf(number)
      ask(missing.slice(from, from + SIGNED_AHEAD))
    }
    return signed.get(number) as Promise<SignedRequest>
  }
}

function requestOf(parts: readonly SignedPart[], number: number): SignedRequest {
  const part = parts.find(({ partNumber }) => partNumber === number)
  if (part === undefined) throw new TypeError(`The API signed no request for part ${number}.`)
  return part.request
}
