import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { errnoOf } from '../errors.ts'
import { type Job, type Outcome, SLOT_BYTES, type ThreadData } from './protocol.ts'

const CREATE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

type Done = Extract<Outcome, { done: object }>['done']

/** A job on its way: each step is taken for all files of a group before the next one, so that their syncs share the disk's journal. */
interface Writing {
  readonly job: Job
  readonly temp: string
  /** Descriptors; -1 where none is open. */
  file: number
  folder: number
  parent: number
  stat: Done | null
  outcome: Outcome | null
}

const NOT_BEGUN = { file: -1, folder: -1, parent: -1, stat: null, outcome: null }

/** Writes groups of files, each durable before it is reported: its bytes, its name, then the folder that holds the name. */
export function fileWriter({ memory, work, fileMode, directoryMode }: ThreadData): (jobs: readonly Job[]) => readonly Outcome[] {
  const prefix = randomBytes(12).toString('hex')
  let count = 0
  const steps = [openFolder(directoryMode), write(memory, fileMode), seal, syncParent, giveName, syncFolder]
  const temporary = () => `${work}/${prefix}-${++count}`

  return jobs => {
    const group = jobs.map((job): Writing => ({ ...NOT_BEGUN, job, temp: temporary() }))
    for (const step of steps) {
      for (const writing of group) if (!writing.outcome) attempt(writing, step)
    }
    return group.map(finish)
  }
}

type Step = (writing: Writing) => void

/** A sync that failed is reported, since a second one would succeed without having written; whatever else fails takes the long way. */
class SyncError extends Error {
  readonly code: string
  constructor(cause: unknown) {
    super((cause as Error).message, { cause })
    this.code = errnoOf(cause)
  }
}

function attempt(writing: Writing, step: Step): void {
  const { slot } = writing.job
  try {
    step(writing)
  } catch (error) {
    writing.outcome =
      error instanceof SyncError ? { slot, failed: { code: error.code, message: error.message } } : { slot, declined: true }
  }
}

const openFolder =
  (mode: number): Step =>
  writing => {
    const { folder, parent } = writing.job
    if (parent !== null) {
      writing.parent = openReal(parent)
      makeFolder(inFolder(writing.parent, folder.slice(parent.length + 1)), mode)
    }
    writing.folder = openReal(folder)
  }

function openReal(folder: string): number {
  const descriptor = openSync(folder, OPEN_DIRECTORY)
  // A link in the place of one of its parents leads elsewhere.
  if (readlinkSync(`/proc/self/fd/${descriptor}`) === folder) return descriptor
  closeSync(descriptor)
  throw new Error('another folder')
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
}

const write =
  (memory: SharedArrayBuffer, mode: number): Step =>
  writing => {
    const { slot, sizeBytes } = writing.job
    writing.file = openSync(writing.temp, CREATE, mode)
    const start = slot * SLOT_BYTES
    for (let written = 0; written < sizeBytes; ) {
      const bytes = writeSync(writing.file, new Uint8Array(memory, start + written, sizeBytes - written))
      if (bytes === 0) throw new Error('no bytes taken')
      written += bytes
    }
  }

function seal(writing: Writing): void {
  const { time } = writing.job
  futimesSync(writing.file, time, time)
  sync(writing.file)
  const { mtimeNs, size } = fstatSync(writing.file, { bigint: true })
  writing.stat = { mtimeNs, size }
}

function syncParent({ parent }: Writing): void {
  if (parent !== -1) sync(parent)
}

function giveName({ job, temp, folder }: Writing): void {
  const path = inFolder(folder, job.name)
  if (job.createOnly) {
    linkSync(temp, path)
    removeIfThere(temp)
  } else renameSync(temp, path)
}

function syncFolder(writing: Writing): void {
  const { job, folder, stat } = writing
  try {
    sync(folder)
  } catch (error) {
    if (job.createOnly) removeIfThere(inFolder(folder, job.name))
    throw error
  }
  if (stat) writing.outcome = { slot: job.slot, done: stat }
}

function finish({ job, temp, file, folder, parent, outcome }: Writing): Outcome {
  for (const descriptor of [file, folder, parent]) if (descriptor !== -1) closeSync(descriptor)
  if (outcome && 'done' in outcome) return outcome
  removeIfThere(temp)
  return outcome ?? { slot: job.slot, declined: true }
}

const inFolder = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`

function sync(descriptor: number): void {
  try {
    fsyncSync(descriptor)
  } catch (error) {
    throw new SyncError(error)
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') return // Harmless where it stays: it is nobody's object, and the next start removes it.
  }
}
