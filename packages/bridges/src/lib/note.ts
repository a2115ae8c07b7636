import { createHash } from 'node:crypto'
import { isStowageError } from '@stowage/core/contracts'
import type { Shelf } from './shelf.ts'

/** All notes have one length, so that of two writers at once one wins, and no tail of the other stays. */
const NOTE_BYTES = 512
const CHECK_LETTERS = 32

/** Leaves no half of one, where the write failed and is known to have ended. */
export async function writeNote(shelf: Shelf, name: string, value: object, signal?: AbortSignal): Promise<void> {
  try {
    await shelf.write(name, sealNote(name, value), signal)
  } catch (error) {
    if (!isStowageError(error, 'timeout', 'aborted')) await shelf.remove(name).catch(() => undefined)
    throw error
  }
}

/** A small value that proves itself whole: the same name and text, or it is none. */
export function sealNote(name: string, value: object): Uint8Array {
  const text = JSON.stringify(value).padEnd(NOTE_BYTES - CHECK_LETTERS)
  if (text.length !== NOTE_BYTES - CHECK_LETTERS) throw new Error(`A note of ${text.length} letters is too long.`)
  return Buffer.from(check(name, text) + text)
}

/** Null for what is cut off, half written or of another name. */
export function openNote(name: string, bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString()
  const body = text.slice(CHECK_LETTERS)
  if (bytes.byteLength !== NOTE_BYTES || text.slice(0, CHECK_LETTERS) !== check(name, body)) return null
  return JSON.parse(body)
}

const check = (name: string, text: string) =>
  createHash('sha256').update(`${name}\n${text}`).digest('hex').slice(0, CHECK_LETTERS)
