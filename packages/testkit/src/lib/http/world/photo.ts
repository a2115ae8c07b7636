import { hasStatus } from '../expectations.ts'
import { file, form } from '../wire/form.ts'
import { as, type World } from './world.ts'

/** A PNG of 64 by 48 pixels, all blue. */
export const BLUE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAQ0lEQVRo3u3PQQkAAAgEsOtkJ9Maygp+hcEKLNXzWgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQErhZWnLzxGaUeXQAAAABJRU5ErkJggg==',
  'base64',
)

/** What the record of a photo says of its pictures; links without their origin. */
export interface Photo {
  readonly id: string
  readonly contentEtag: string
  readonly thumbUrl: string
  readonly thumbLink: string
  readonly smallLink: string
  readonly autoLink: string
}

/** Uploads a photo as alice. */
export async function uploadPhoto(world: World, visibility: 'public' | 'private' = 'public'): Promise<Photo> {
  const { headers, body } = form({ name: 'visibility', value: visibility }, file(BLUE, 'blue.png', 'image/png'))
  const answer = await world.send('/photos', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
  hasStatus(answer, 201)
  const { json } = answer
  const { id, contentEtag } = json
  const path = (name: 'thumbUrl' | 'thumbLink' | 'smallLink' | 'autoLink') => new URL(json[name] ?? '').pathname
  return {
    id,
    contentEtag,
    thumbUrl: path('thumbUrl'),
    thumbLink: path('thumbLink'),
    smallLink: path('smallLink'),
    autoLink: path('autoLink'),
  }
}

/** The format that bytes begin as, and the pixels' width and height of a PNG. */
export function pictureOf(bytes: Buffer): string {
  if (bytes.subarray(1, 4).toString() === 'PNG') return `png ${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`
  if (bytes.subarray(8, 12).toString() === 'WEBP') return 'webp'
  if (bytes.subarray(4, 12).toString() === 'ftypavif') return 'avif'
  return bytes.readUInt16BE(0) === 0xffd8 ? 'jpeg' : 'none'
}
