/**
 * What is kept of a PDF, in `asset.properties`. `pages`, `title` and `author` come first, while the text is still being read.
 */
export type PdfProperties = {
  pages: number
  /** From the document's own information, at most 300 characters. */
  title?: string
  author?: string
  /** Of the pages that were read. */
  words?: number
  /** How many pages were read, from the first. */
  textPages?: number
  /** False where the budget of time or pages ended before the pages did. */
  textComplete?: boolean
}
