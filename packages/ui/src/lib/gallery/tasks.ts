import type { AssetItem, AssetSource } from '../asset-source.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'
import { copyText, saveAs } from './browser.ts'
import type { Question } from './dialogs.ts'
import type { Notice } from './gallery-view.ts'
import type { GalleryLabels } from './labels.ts'
import type { Library } from './library.ts'
import { removeAll } from './remove-all.ts'

export interface TasksOptions {
  readonly source: () => AssetSource | null
  readonly labels: () => GalleryLabels
  readonly library: Library
  readonly onChange: () => void
  readonly notify: (notice: Notice) => void
  /** Some are gone; the first of them was at `index`. */
  readonly onRemoved: (items: readonly AssetItem[], index: number) => void
  /** Called before the dialog goes, so that the browser gives the focus back. */
  readonly onClose: () => void
}

/** What is done with assets, and the dialog that asks about it. */
export interface Tasks {
  readonly question: Question | null
  readonly busy: boolean
  readonly trouble: Trouble | null
  ask(question: Question): void
  close(): void
  setTags(tags: readonly string[]): void
  remove(items: readonly AssetItem[]): Promise<void>
  rename(item: AssetItem, title: string): Promise<void>
  saveTags(items: readonly AssetItem[], tags: readonly string[]): Promise<void>
  copyLink(item: AssetItem): Promise<void>
  download(item: AssetItem): Promise<void>
}

export function createTasks(options: TasksOptions): Tasks {
  const { source, labels, library, notify } = options
  let shown: Pick<Tasks, 'question' | 'busy' | 'trouble'> = { question: null, busy: false, trouble: null }
  const show = (next: Partial<typeof shown>) => {
    if (next.question === null) options.onClose()
    shown = { ...shown, ...next }
    options.onChange()
  }
  const close = () => show({ question: null, busy: false, trouble: null })

  /** Does what a dialog asks for; closes it where that works, and says why where not. */
  const change = async (act: () => Promise<unknown>) => {
    show({ busy: true, trouble: null })
    try {
      await act()
      close()
    } catch (error) {
      show({ busy: false, trouble: troubleOf(error) })
    }
  }
  /** The same for what has no dialog. */
  const attempt = async (act: () => Promise<void>) => {
    try {
      await act()
    } catch (error) {
      notify({ kind: 'error', text: labels().trouble(troubleOf(error)) })
    }
  }

  return {
    get question() {
      return shown.question
    },
    get busy() {
      return shown.busy
    },
    get trouble() {
      return shown.trouble
    },
    ask: question => show({ question, trouble: null }),
    close,
    setTags(tags) {
      if (shown.question?.kind === 'tags') show({ question: { ...shown.question, tags } })
    },
    async remove(items) {
      const api = source()
      const index = library.items.findIndex(({ id }) => id === items[0]?.id)
      show({ busy: true, trouble: null })
      const { removed, error } = await removeAll(items, item => api?.remove?.(item))
      if (removed.length > 0) library.drop(new Set(removed.map(({ id }) => id)))
      if (error === null) {
        close()
        notify({ kind: 'done', text: labels().removed(removed.length) })
      } else {
        const left = items.filter(item => !removed.includes(item))
        show({ busy: false, trouble: troubleOf(error), question: { kind: 'remove', items: left } })
      }
      if (removed.length > 0) options.onRemoved(removed, index)
    },
    rename: (item, title) =>
      change(async () => {
        const changed = await source()?.update?.(item, { title })
        if (changed) library.put(changed)
      }),
    saveTags: (items, tags) =>
      change(async () => {
        const before = commonTags(items)
        const add = tags.filter(tag => !before.includes(tag))
        const remove = before.filter(tag => !tags.includes(tag))
        if (add.length === 0 && remove.length === 0) return
        await source()?.tag?.(items, { add, remove })
        for (const item of items)
          library.put({ ...item, tags: [...new Set([...item.tags.filter(tag => !remove.includes(tag)), ...add])] })
        notify({ kind: 'done', text: labels().tagsChanged })
      }),
    copyLink: item =>
      attempt(async () => {
        const url = await source()?.link?.(item)
        if (url === undefined) return
        const absolute = new URL(url, document.baseURI).href
        if (await copyText(absolute)) notify({ kind: 'done', text: labels().linkCopied })
        else show({ question: { kind: 'link', url: absolute } })
      }),
    download: item =>
      attempt(async () => {
        const blob = await source()?.open?.(item, 'content')
        if (blob) saveAs(blob, item.filename)
      }),
  }
}

/** Tags that each of them has. */
export function commonTags(items: readonly AssetItem[]): readonly string[] {
  const [first] = items
  return first ? first.tags.filter(tag => items.every(({ tags }) => tags.includes(tag))) : []
}
