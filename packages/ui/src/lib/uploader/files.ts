/** Of one drop or paste; folders may hold any number. */
const MOST_FILES = 1000

/** Whether something that is dragged or pasted has files. */
export function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

/** The files that were dropped or pasted, those in folders too; at most 1,000. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // All entries have to be asked for now: once this function waits, the browser empties the transfer.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const found = items.map(item => item.webkitGetAsEntry() ?? item.getAsFile())
  const files: File[] = []
  for (const each of found) {
    if (each instanceof File) files.push(each)
    else if (each) await collect(each, files)
  }
  return files.slice(0, MOST_FILES)
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST_FILES) return
  if (entry.isFile) {
    files.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)))
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // A folder is read in pieces; the last is empty.
  for (let more = await piece(reader); more.length > 0; more = await piece(reader)) {
    for (const child of more) await collect(child, files)
  }
}

function piece(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

/** Whether something is done to a text field, to which it then belongs. */
export function isEditable(event: Event): boolean {
  const [target] = event.composedPath()
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}
