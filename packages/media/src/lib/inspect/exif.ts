import { Unreadable } from '../pool/task.ts'
import { type FileBytes, textAt } from './file-bytes.ts'
import { numberOf, openTiff, readDirectory, type Tiff, type TiffEntry } from './tiff-directory.ts'

/** The few facts that are taken from EXIF. Position, names, comments and everything else in it are never read. */
export interface ExifFacts {
  /** 1 to 8. */
  readonly orientation?: number
  /** Maker and model, at most 100 characters. */
  readonly camera?: string
  /** Local time of the camera, `2026-11-22T07:20:00`. */
  readonly takenAt?: string
}

const MAKE = 0x010f
const MODEL = 0x0110
const ORIENTATION = 0x0112
const DETAILS = 0x8769
const TAKEN_AT = 0x9003
const ASCII = 2
const MAX_CAMERA_CHARACTERS = 100

/** EXIF between two places of a file. Damaged EXIF is no EXIF: the picture is what counts. @throws OutOfSight */
export async function readExif(bytes: FileBytes, start: number, end: number): Promise<ExifFacts> {
  try {
    const tiff = await openTiff(bytes, start, end)
    return await factsOf(tiff, await readDirectory(tiff, tiff.firstDirectory))
  } catch (error) {
    if (error instanceof Unreadable) return {}
    throw error
  }
}

/** What is taken from the first directory of a picture. */
export async function factsOf(tiff: Tiff, entries: ReadonlyMap<number, TiffEntry>): Promise<ExifFacts> {
  const orientation = await numberOf(tiff, entries.get(ORIENTATION))
  const camera = await cameraOf(tiff, entries)
  const takenAt = await takenAtOf(tiff, entries)
  return {
    ...(orientation !== undefined && orientation >= 1 && orientation <= 8 ? { orientation } : {}),
    ...(camera === '' ? {} : { camera }),
    ...(takenAt === undefined ? {} : { takenAt }),
  }
}

async function cameraOf(tiff: Tiff, entries: ReadonlyMap<number, TiffEntry>): Promise<string> {
  const make = await words(tiff, entries.get(MAKE))
  const model = await words(tiff, entries.get(MODEL))
  const whole = model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`
  return whole.slice(0, MAX_CAMERA_CHARACTERS).trim()
}

async function takenAtOf(tiff: Tiff, entries: ReadonlyMap<number, TiffEntry>): Promise<string | undefined> {
  const offset = await numberOf(tiff, entries.get(DETAILS))
  if (offset === undefined) return undefined
  try {
    const text = await words(tiff, (await readDirectory(tiff, offset)).get(TAKEN_AT))
    const [, year, month, day, time] = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text) ?? []
    const written = `${year}-${month}-${day}T${time}`
    return Number.isNaN(Date.parse(written)) ? undefined : written
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** Printable ASCII of an entry, its spaces made one; the standard knows no other. */
async function words({ bytes }: Tiff, entry: TiffEntry | undefined): Promise<string> {
  if (entry?.type !== ASCII) return ''
  const length = Math.min(entry.count, MAX_CAMERA_CHARACTERS)
  const [text = ''] = textAt(await bytes.view(entry.at, length), 0, length).split('\0')
  return text.replace(/[^\x21-\x7e]+/g, ' ').trim()
}
