import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { media } from '@stowage/media'
import { imageSize } from 'image-size'
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'
import sharp from 'sharp'
import { storedFile } from './stored-file.ts'

/** One unit of work, which says how much that was. @throws Error where the result is not what it has to be */
export type Work = () => Promise<number>

export interface Prepared {
  readonly work: Work
  /** Units that are under way at once. */
  readonly atOnce: number
  readonly close?: () => Promise<void>
}

export type Prepare = (folder: string, file: string) => Promise<Prepared>

const recipe = { width: 400, fit: 'inside', format: 'jpeg', quality: 80 } as const
const THUMBNAIL = { width: 400, height: 533 }
const PREFIX_BYTES = 65_536

function stowageThumbnails(atOnce: number): Prepare {
  return async (folder, name) => {
    const { transformer } = media()
    const file = await storedFile(join(folder, name), 'image/jpeg')
    const work = async () => checkSides(await transformer.transform(file, recipe))
    return { work, atOnce, close: async () => transformer.close?.() }
  }
}

/** As a server without worker processes has it: sharp's own threads, in this process. */
function sharpThumbnails(atOnce: number): Prepare {
  return async (folder, name) => {
    const path = join(folder, name)
    const picture = () => sharp(path, { autoOrient: true }).resize({ width: recipe.width }).jpeg({ quality: recipe.quality })
    return { work: async () => checkSides((await picture().toBuffer({ resolveWithObject: true })).info), atOnce }
  }
}

function checkSides({ width, height }: { width: number; height: number }): number {
  if (width !== THUMBNAIL.width || height !== THUMBNAIL.height) throw new Error(`The thumbnail has ${width} × ${height} pixels.`)
  return 1
}

/** Of what is in memory, as inspectors are asked; a thousand at a time. */
function dimensions(ask: (prefix: Uint8Array, contentType: string) => unknown): Prepare {
  return async (folder, name) => {
    const prefix = (await readFile(join(folder, name))).subarray(0, PREFIX_BYTES)
    const contentType = `image/${extname(name).slice(1)}`
    const work = async () => {
      for (let n = 0; n < 1000; n++) if (!(await ask(prefix, contentType))) throw new Error(`${name} has no dimensions.`)
      return 1000
    }
    return { work, atOnce: 1 }
  }
}

const [inspector] = media().inspectors

async function stowagePdf(folder: string, name: string): Promise<Prepared> {
  const processor = media().processors.find(one => one.accepts('application/pdf'))
  if (!processor) throw new Error('There is no processor of PDFs.')
  const file = await storedFile(join(folder, name), 'application/pdf')
  const work = async () => {
    const found = await processor.process({ ...file, resume: null, report: async () => undefined })
    return Number(found?.properties?.pages)
  }
  return { work, atOnce: 1, close: async () => processor.close?.() }
}

async function pdfjsText(folder: string, name: string): Promise<Prepared> {
  const work = async () => {
    const data = new Uint8Array(await readFile(join(folder, name)))
    const task = getDocument({ data, verbosity: VerbosityLevel.ERRORS })
    const pdf = await task.promise
    for (let page = 1; page <= pdf.numPages; page++) await (await pdf.getPage(page)).getTextContent()
    const { numPages } = pdf
    await task.destroy()
    return numPages
  }
  return { work, atOnce: 1 }
}

export const thumbnails = {
  'stowage, one at a time': stowageThumbnails(1),
  'sharp, one at a time': sharpThumbnails(1),
  'stowage, 4 at once': stowageThumbnails(4),
  'sharp, 4 at once': sharpThumbnails(4),
} satisfies Record<string, Prepare>

export const sizes = {
  stowage: dimensions((prefix, contentType) => inspector?.inspect({ prefix, contentType, sizeBytes: undefined })),
  'image-size': dimensions(imageSize),
} satisfies Record<string, Prepare>

export const documents = { stowage: stowagePdf, 'pdfjs in-process': pdfjsText } satisfies Record<string, Prepare>

export const contenders: Readonly<Record<string, Prepare>> = Object.fromEntries(
  Object.entries({ thumbnails, sizes, documents }).flatMap(([table, entries]) =>
    Object.entries(entries).map(([name, prepare]): [string, Prepare] => [`${table}: ${name}`, prepare]),
  ),
)
