import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { EICAR } from '../scan/start-clamd.ts'
import { corrupt, truncated } from './damage.ts'
import { pdf, prose } from './documents.ts'
import { animatedGif, animatedWebp, avif, ORIENTATIONS, photo, pngWithAlpha, stillWebp } from './pictures.ts'

export interface CorpusOptions {
  /** Width of the photos in pixels, as seen; two thirds of that high. Default 4032, as phones make them. */
  readonly photoWidth?: number
}

const SCRIPT = '<script>document.title = "ran"</script>'
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80" onload="alert(1)"><rect width="120" height="80" fill="teal"/>${SCRIPT}</svg>`
/** Made beforehand, with ffmpeg: see the folder they lie in. */
const RECORDINGS = ['video.mp4', 'video.webm', 'rotated.mp4', 'tone.mp3']

/**
 * Writes a folder of files such as users bring: photos, documents, recordings; a corrupt and a truncated one of each kind; and what only attackers bring. The same every time.
 * @returns the names of the files, in order
 */
export async function makeCorpus(folder: string, { photoWidth = 4032 }: CorpusOptions = {}): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const names: string[] = []
  const write = async (name: string, bytes: string | Buffer): Promise<void> => {
    names.push(name)
    await writeFile(join(folder, name), bytes)
  }
  for (const orientation of ORIENTATIONS)
    await write(`photo-orientation-${orientation}.jpg`, await photo(photoWidth, orientation))
  for await (const [name, bytes] of wholeFiles(photoWidth)) {
    await write(name, bytes)
    const [base, extension] = [name.slice(0, -extname(name).length), extname(name)]
    await write(`${base}-corrupt${extension}`, corrupt(bytes))
    await write(`${base}-truncated${extension}`, truncated(bytes))
  }
  await write('book-1000-pages.pdf', pdf(1000, 'A book of a thousand pages'))
  await write('eicar.com', EICAR)
  await write('page.png', `<!doctype html><title>Not a picture</title>${SCRIPT}`)
  await write('script.svg', SVG)
  await write('empty.jpg', '')
  return names.sort()
}

/** One of each kind that can be whole, corrupt and truncated. */
async function* wholeFiles(width: number): AsyncGenerator<readonly [name: string, bytes: Buffer]> {
  yield ['photo.jpg', await photo(width, 6)]
  yield ['logo.png', await pngWithAlpha(Math.ceil(width / 4))]
  yield ['still.webp', await stillWebp(Math.ceil(width / 2))]
  yield ['animated.webp', await animatedWebp(Math.ceil(width / 8))]
  yield ['animated.gif', await animatedGif(Math.ceil(width / 8))]
  yield ['picture.avif', await avif(Math.ceil(width / 4))]
  yield ['report.pdf', pdf(3, 'A report of three pages')]
  for (const name of RECORDINGS) yield [name, await readFile(join(import.meta.dirname, '../files', name))]
  yield ['prose.txt', Buffer.from(prose(400))]
}
