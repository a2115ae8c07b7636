import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectAttributes, PartInfo, StorageBody } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { errnoOf, throwIfAborted } from './errors.ts'
import { keySegments } from './keys.ts'
import { objectInfo } from './object-info.ts'
import type { Place } from './place.ts'
import { fillAndSeal } from './publish.ts'
import { refuseAttributes } from './put.ts'
import { syncFolder } from './sync-folder.ts'
import { createTemp } from './temp-files.ts'
import { writeBody } from './write-body.ts'

export const MAX_PARTS = 10_000
export const MAX_PART_BYTES = 5 * 1024 ** 3
const UPLOAD_ID = /^[0-9a-f]{32}$/
const PART_NAME = /^\d{5}$/
const STAT_AT_ONCE = 64

export interface UploadRef {
  readonly key: string
  readonly uploadId: string
}

export async function createUpload(place: Place, key: string, options: ObjectAttributes): Promise<{ uploadId: string }> {
  refuseAttributes(options)
  keySegments(key, place.root.rules)
  await place.root.assertPresent()
  const uploadId = randomBytes(16).toString('hex')
  const draft = join(place.root.work, `upload-${uploadId}`)
  await mkdir(draft, place.directoryMode)
  try {
    await writeFile(join(draft, 'upload.json'), JSON.stringify({ key }), { flag: 'wx', flush: true })
    await syncFolder(draft)
    await rename(draft, join(place.root.uploads, uploadId))
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  await syncFolder(place.root.uploads)
  return { uploadId }
}

/** Folder of an unfinished upload. @throws `not_found` */
export async function findUpload(place: Place, { key, uploadId }: UploadRef): Promise<string> {
  keySegments(key, place.root.rules)
  const folder = join(place.root.uploads, uploadId)
  if (!UPLOAD_ID.test(uploadId)) throw noUpload(uploadId)
  try {
    const upload: unknown = JSON.parse(await readFile(join(folder, 'upload.json'), 'utf8'))
    if (upload && typeof upload === 'object' && 'key' in upload && upload.key === key) return folder
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    await place.root.assertPresent()
  }
  throw noUpload(uploadId)
}

export const partName = (partNumber: number) => String(partNumber).padStart(5, '0')

export function checkPartNumber(partNumber: number): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PARTS) return
  throw new StowageError('invalid_request', `A part number is 1 to ${MAX_PARTS}, not ${partNumber}.`)
}

/** Writes one part durably; a part of the same number that was there before is replaced. */
export async function putPart(
  place: Place,
  upload: UploadRef & { readonly partNumber: number },
  body: StorageBody,
  options: { readonly sizeBytes?: number; readonly signal?: AbortSignal },
): Promise<PartInfo> {
  const { partNumber } = upload
  checkPartNumber(partNumber)
  throwIfAborted(options.signal)
  const folder = await findUpload(place, upload)
  const temp = await createTemp(place.root, place.fileMode)
  try {
    const stat = await fillAndSeal(place, temp, async () => {
      await writeBody(async () => temp.handle, body, { ...options, maxBytes: MAX_PART_BYTES })
    })
    throwIfAborted(options.signal)
    await rename(temp.path, join(folder, partName(partNumber)))
    await syncFolder(folder)
    const { sizeBytes, etag } = objectInfo(upload.key, stat)
    return { partNumber, sizeBytes, etag }
  } catch (error) {
    await rm(temp.path, { force: true })
    // The upload was completed or aborted meanwhile.
    if (errnoOf(error) === 'ENOENT') throw noUpload(upload.uploadId)
    throw error
  }
}

export async function listParts(place: Place, upload: UploadRef): Promise<readonly PartInfo[]> {
  const folder = await findUpload(place, upload)
  try {
    const parts = await partsIn(folder)
    // Of a folder that is being removed, the names may be gone already.
    if (parts.length === 0) await findUpload(place, upload)
    return parts
  } catch (error) {
    // The upload was completed or aborted meanwhile.
    if (errnoOf(error) === 'ENOENT') throw noUpload(upload.uploadId)
    throw error
  }
}

async function partsIn(folder: string): Promise<PartInfo[]> {
  const names = (await readdir(folder)).filter(name => PART_NAME.test(name)).sort()
  const parts: PartInfo[] = []
  for (let i = 0; i < names.length; i += STAT_AT_ONCE) {
    const group = names.slice(i, i + STAT_AT_ONCE)
    parts.push(...(await Promise.all(group.map(name => describePart(join(folder, name), Number(name))))))
  }
  return parts
}

async function describePart(path: string, partNumber: number): Promise<PartInfo> {
  const { sizeBytes, etag } = objectInfo('', await lstat(path, { bigint: true }))
  return { partNumber, sizeBytes, etag }
}

/** Makes the upload unknown at once, then removes what it held. An unknown upload is success. */
export async function removeUpload(place: Place, uploadId: string): Promise<void> {
  if (!UPLOAD_ID.test(uploadId)) return
  const grave = join(place.root.work, `gone-${uploadId}-${randomBytes(4).toString('hex')}`)
  try {
    await rename(join(place.root.uploads, uploadId), grave)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    await place.root.assertPresent()
    return
  }
  await syncFolder(place.root.uploads)
  await rm(grave, { recursive: true, force: true })
}

function noUpload(uploadId: string): StowageError {
  return new StowageError('not_found', `There is no unfinished upload ${JSON.stringify(uploadId.slice(0, 64))} of this key.`)
}
