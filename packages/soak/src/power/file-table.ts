import { dirname, join } from 'node:path'
import type { EntryChange, Inode } from './operations.ts'

interface Description {
  readonly inode: Inode
  offset: number
}

/** The files of a process as it sees them: names below one folder, and open descriptors. */
export class FileTable {
  readonly root: Inode = { number: 0, isFolder: true }
  readonly #base: string
  readonly #entries = new Map<number, Map<string, Inode>>([[0, new Map()]])
  readonly #open = new Map<number, Description>()
  #count = 0

  /** @param base a folder that is there, empty, and lasts */
  constructor(base: string) {
    this.#base = base
  }

  inodeOf(descriptor: number): Inode | null {
    return this.#open.get(descriptor)?.inode ?? null
  }

  has(path: string): boolean {
    return this.#find(path) !== null
  }

  /** Where a name is or would be, whatever path leads there; null for what lies elsewhere. */
  nameOf(path: string): string | null {
    const place = this.#placeOf(path)
    return place && `${place.folder.number}/${place.name}`
  }

  /** @returns the offset at which a write without one begins */
  advance(descriptor: number, bytes: number): number {
    const description = this.#open.get(descriptor)
    if (!description) return 0
    description.offset += bytes
    return description.offset - bytes
  }

  close(descriptor: number): void {
    this.#open.delete(descriptor)
  }

  open(path: string, flags: string, descriptor: number): readonly EntryChange[] {
    this.#open.delete(descriptor)
    const found = this.#find(path)
    if (found && flags.includes('O_TRUNC')) throw new Error(`${path} was cut short by opening it, which is not understood.`)
    if (found) this.#open.set(descriptor, { inode: found, offset: 0 })
    if (found || !flags.includes('O_CREAT')) return []
    const changes = this.#add(path, this.#new(false))
    const [made] = changes
    if (made?.inode) this.#open.set(descriptor, { inode: made.inode, offset: 0 })
    return changes
  }

  make(path: string): readonly EntryChange[] {
    return this.#add(path, this.#new(true))
  }

  link(from: string, to: string): readonly EntryChange[] {
    const inode = this.#find(from)
    return inode ? this.#add(to, inode) : []
  }

  rename(from: string, to: string): readonly EntryChange[] {
    const inode = this.#find(from)
    return inode ? [...this.#add(to, inode), ...this.remove(from)] : []
  }

  remove(path: string): readonly EntryChange[] {
    const place = this.#placeOf(path)
    if (!place || !this.#entries.get(place.folder.number)?.delete(place.name)) return []
    return [{ ...place, inode: null }]
  }

  #new(isFolder: boolean): Inode {
    this.#count += 1
    if (isFolder) this.#entries.set(this.#count, new Map())
    return { number: this.#count, isFolder }
  }

  #add(path: string, inode: Inode): readonly EntryChange[] {
    const place = this.#placeOf(path)
    if (!place) return []
    this.#entries.get(place.folder.number)?.set(place.name, inode)
    return [{ ...place, inode }]
  }

  /** Null for what lies elsewhere. */
  #placeOf(path: string): { readonly folder: Inode; readonly name: string } | null {
    const folder = this.#find(dirname(path))
    return folder?.isFolder ? { folder, name: path.slice(dirname(path).length + 1) } : null
  }

  #find(path: string): Inode | null {
    const [, descriptor, rest = ''] = /^\/proc\/self\/fd\/(\d+)(.*)$/.exec(path) ?? []
    if (descriptor !== undefined) return this.#walk(this.inodeOf(Number(descriptor)), rest)
    const whole = join(path)
    if (whole !== this.#base && !whole.startsWith(`${this.#base}/`)) return null
    return this.#walk(this.root, whole.slice(this.#base.length))
  }

  #walk(from: Inode | null, path: string): Inode | null {
    let inode = from
    for (const name of path.split('/')) {
      if (name !== '') inode = (inode && this.#entries.get(inode.number)?.get(name)) ?? null
    }
    return inode
  }
}
