import type { Draft } from '../plan/draft.ts'
import type { Rendered } from '../plan/render.ts'
import { type Connection, within } from './connection.ts'
import { MalformedResponse, type RawResponse } from './response-reader.ts'

/** How a request ended: with an answer, without one where that is right, or wrongly. */
export type Outcome =
  | { readonly kind: 'answer'; readonly response: RawResponse }
  /** The client went away, or sent what needs no answer. */
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly what: string }

export interface Patience {
  /** How long an answer may take at most, where the server answers others meanwhile. */
  readonly hangMs: number
  /** Resolves once the server has answered something else: then it is not the machine that is slow. */
  readonly canary: () => Promise<void>
}

/** How long a request that may never be answered is waited for before its connection is closed. */
const WILD_MS = 60

/** Writes one request as its draft says, and sees what becomes of it. */
export async function sendDraft(connection: Connection, draft: Draft, bytes: Rendered, patience: Patience): Promise<Outcome> {
  try {
    if (draft.ending === 'cut' || draft.ending === 'half-close' || draft.ending === 'stall') {
      return await sendPart(connection, draft, bytes, patience)
    }
    await write(connection, draft, Buffer.concat([bytes.head, bytes.body]))
    if (draft.ending === 'leave') return await leave(connection, draft, patience)
    return draft.wild ? await awaitWild(connection, draft, patience) : await awaitAnswer(connection, draft, patience)
  } catch (error) {
    if (error instanceof MalformedResponse) return { kind: 'wrong', what: `The answer is no HTTP: ${error.message}` }
    throw error
  }
}

async function write(connection: Connection, { writes }: Draft, bytes: Buffer): Promise<void> {
  if (writes.length === 0) return connection.write(bytes)
  // A few small pieces show what many would, and the rest at once.
  let at = 0
  for (let count = 0; count < 40 && at < bytes.length; count++) {
    const size = writes[count % writes.length] as number
    await connection.write(bytes.subarray(at, at + size))
    at += size
  }
  if (at < bytes.length) await connection.write(bytes.subarray(at))
}

async function sendPart(connection: Connection, draft: Draft, { head, body }: Rendered, patience: Patience): Promise<Outcome> {
  const whole = Buffer.concat([head, body])
  // A server waits long for the rest of a head; to stall is for bodies.
  const least = draft.ending === 'stall' ? head.length : 0
  const end = least + Math.floor(draft.part * (whole.length - least))
  await write(connection, draft, whole.subarray(0, end))
  if (draft.ending === 'cut') {
    if (draft.index % 2 === 0) connection.reset()
    else connection.destroy()
    return { kind: 'none' }
  }
  if (draft.ending === 'stall') return awaitAnswer(connection, draft, patience, 10)
  connection.endWriting()
  return awaitClose(connection, patience)
}

async function leave(connection: Connection, draft: Draft, patience: Patience): Promise<Outcome> {
  const outcome = await inTime(patience, deadline => connection.firstByte(deadline), 1)
  connection.destroy()
  return outcome === 'late' && !draft.wild ? hang('no byte of an answer') : { kind: 'none' }
}

async function awaitAnswer(connection: Connection, draft: Draft, patience: Patience, factor = 1): Promise<Outcome> {
  let response: RawResponse | null | 'late' = 'late'
  const late = await inTime(
    patience,
    async deadline => {
      response = await connection.response(draft.method, deadline)
    },
    factor,
  )
  if (late === 'late' || response === 'late') return hang('no whole answer')
  if (response === null) return { kind: 'wrong', what: 'The connection ended without an answer.' }
  return { kind: 'answer', response }
}

/** Bytes that a server may wait to see more of: it is given some time, then the end, and must close. */
async function awaitWild(connection: Connection, draft: Draft, patience: Patience): Promise<Outcome> {
  const deadline = within(WILD_MS)
  const response = await connection.response(draft.method, deadline.over)
  deadline.cancel()
  connection.endWriting()
  const closed = await awaitClose(connection, patience)
  if (closed.kind === 'wrong') return closed
  return response === null || response === 'late' ? { kind: 'none' } : { kind: 'answer', response }
}

async function awaitClose(connection: Connection, patience: Patience): Promise<Outcome> {
  let closed = false
  await inTime(
    patience,
    async deadline => {
      closed = await connection.untilClosed(deadline)
    },
    1,
  )
  if (!closed) return hang('a connection whose client has ended stays open')
  return { kind: 'none' }
}

const hang = (what: string): Outcome => ({ kind: 'wrong', what: `Hang: ${what}.` })

/** Waits, and once more after the server has answered somebody else, so that a busy machine is no hang. */
async function inTime(
  patience: Patience,
  wait: (deadline: Promise<unknown>) => Promise<unknown>,
  factor: number,
): Promise<'in time' | 'late'> {
  for (const attempt of [0, 1]) {
    const deadline = within(patience.hangMs * factor)
    let late = false
    void deadline.over.then(() => {
      late = true
    })
    await wait(deadline.over)
    deadline.cancel()
    if (!late) return 'in time'
    if (attempt === 0) await patience.canary()
  }
  return 'late'
}
