/** Saves bytes as a file. They are never opened as a page: a stranger's would run in this page's own origin. */
export function saveAs(blob: Blob, filename: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = filename
  link.click()
  // The browser took hold of it with the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** False where the browser does not let this page write to the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Pages without TLS have no clipboard; others may refuse it: the link is shown instead.
    return false
  }
}
