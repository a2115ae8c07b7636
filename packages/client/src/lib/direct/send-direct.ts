import { AssetClientError } from '../error.ts'
import { asking } from '../upload/retrying.ts'
import { nameOf } from '../upload/send-file.ts'
import type { Send, Sending } from '../upload/sending.ts'
import type { Session } from '../upload/session.ts'
import { settled } from '../upload/settled.ts'
import type { Asset } from '../wire.ts'
import type { DirectUpload } from './direct-upload.ts'
import { sendParts, sendWhole } from './send-parts.ts'

/** Sends a file straight to the storage that the API names. */
export const sendDirect: Send = async (sending, session) => {
  const upload = (await takeUp(sending, session)) ?? (await begin(sending, session))
  await session.begun(upload.id)
  if (upload.state === 'open') await (upload.method === 'multipart' ? sendParts(upload, sending) : sendWhole(upload, sending))
  return complete(sending, [...session.root, upload.id])
}

/** The upload that was begun before, where it can go on. */
async function takeUp({ connection, blob, patience }: Sending, { root, recall }: Session): Promise<DirectUpload | null> {
  const id = await recall()
  if (id === null) return null
  try {
    const upload = await asking(patience, signal => connection.ask<DirectUpload>({ method: 'GET', path: [...root, id], signal }))
    return upload.sizeBytes === blob.size && upload.state !== 'failed' ? upload : null
  } catch (error) {
    if (error instanceof AssetClientError && error.status === 404) return null
    throw error
  }
}

/** One that is begun twice, because the first answer was lost, ends by itself. */
function begin({ connection, blob, options, patience }: Sending, { root }: Session): Promise<DirectUpload> {
  const { title, description, visibility, tags, metadata, fields, sha256, method } = options
  const contentType = options.contentType ?? (blob.type || undefined)
  const about = { filename: nameOf(blob, options), contentType, sizeBytes: blob.size, sha256, method }
  return asking(patience, signal =>
    connection.ask({
      method: 'POST',
      path: root,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...about, title, description, visibility, tags, metadata, fields }),
      signal,
    }),
  )
}

/** Twice is as once. */
async function complete({ connection, patience }: Sending, path: readonly string[]): Promise<Asset> {
  const answer = await asking(patience, signal =>
    connection.ask<Asset | DirectUpload>({ method: 'POST', path: [...path, 'complete'], signal }),
  )
  return 'partCount' in answer ? settled(connection, patience, path, answer) : answer
}
