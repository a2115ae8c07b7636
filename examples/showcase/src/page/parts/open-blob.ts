/** What a browser only shows. All else could run as a part of this page, and is saved instead. */
const SHOWN = /^(image\/(png|jpeg|webp|gif|avif)|application\/pdf|text\/plain|audio\/.+|video\/.+)$/

/** Opens bytes that were fetched with a token: in a tab of their own, or as a download. */
export function openBlob(blob: Blob, filename: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  if (SHOWN.test(blob.type)) link.target = '_blank'
  else link.download = filename
  link.click()
  // The tab has it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
