import { fileURLToPath } from 'node:url'
import { getDocument, type PDFDocumentProxy, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { type TaskFile, Unreadable } from '../../pool/task.ts'
import { FileTransport } from './file-transport.ts'

/** What reading and drawing do differently. */
export interface PdfParts {
  /** Pixels of an embedded picture; larger ones are left out. */
  readonly maxImageSize: number
  readonly useWasm: boolean
  readonly wasmUrl?: string
  readonly iccUrl?: string
  readonly standardFontDataUrl?: string
}

/** Where pdfjs keeps what it loads when needed: a folder of its package. */
export function pdfjsFolder(name: string): string {
  return fileURLToPath(new URL(`../../${name}/`, import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs')))
}

/**
 * Opens a PDF, uses it, and lets go of it. Only what is needed of the file is read. For tasks in a child.
 * @param parts default: no pictures are decoded and no fonts loaded, since only text is wanted
 * @throws Unreadable
 */
export async function withPdf<Result>(
  file: TaskFile,
  use: (pdf: PDFDocumentProxy) => Promise<Result>,
  parts: PdfParts = { maxImageSize: 0, useWasm: false },
): Promise<Result> {
  if (file.sizeBytes === 0) throw new Unreadable('The PDF is empty.')
  const range = new FileTransport(file)
  const task = getDocument({
    range,
    disableAutoFetch: true,
    disableStream: true,
    cMapUrl: pdfjsFolder('cmaps'),
    useSystemFonts: false,
    disableFontFace: true,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    enableXfa: false,
    verbosity: VerbosityLevel.ERRORS,
    ...parts,
  })
  task.promise.catch(() => undefined) // a failed read may end the race below first
  try {
    return await Promise.race([task.promise.then(use), range.failed])
  } catch (error) {
    throw asUnreadable(error)
  } finally {
    await task.destroy()
  }
}

function asUnreadable(error: unknown): unknown {
  const name = error instanceof Error ? error.name : ''
  if (name === 'PasswordException') return new Unreadable('The PDF is protected by a password.')
  if (/^(InvalidPDF|Format|XRefParse|XRefEntry|MissingData|UnknownError|ParserEOF)/.test(name)) {
    return new Unreadable('The PDF is damaged: it has no page that can be read.')
  }
  return error
}
