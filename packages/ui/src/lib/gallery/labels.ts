import type { Trouble } from '../shared/trouble.ts'

/** Every word that the gallery shows or says. */
export interface GalleryLabels {
  readonly search: string
  readonly searchPlaceholder: string
  readonly clearSearch: string
  readonly type: string
  readonly allTypes: string
  /** By the source's `types`; others show themselves. */
  readonly types: Readonly<Record<string, string>>
  readonly tags: string
  readonly list: string
  readonly loading: string
  readonly count: (shown: number, total: number | null) => string
  readonly more: string
  readonly empty: string
  readonly emptyHint: string
  readonly noMatch: string
  readonly noMatchHint: string
  readonly clearFilters: string
  readonly failed: string
  readonly retry: string
  readonly select: (title: string) => string
  readonly open: (title: string) => string
  readonly processing: string
  readonly processingFailed: string
  readonly selected: (count: number) => string
  readonly clearSelection: string
  readonly copyLink: string
  readonly linkCopied: string
  readonly linkTitle: string
  readonly linkHint: string
  readonly rename: string
  readonly renameTitle: string
  readonly name: string
  readonly editTags: string
  readonly editTagsTitle: (count: number) => string
  readonly tagsHint: string
  readonly tagsChanged: string
  readonly addTag: string
  readonly remove: string
  readonly removeTitle: (count: number, title: string) => string
  readonly removeHint: string
  readonly removing: string
  readonly removed: (count: number) => string
  readonly cancel: string
  readonly save: string
  readonly close: string
  /** What went wrong and what to do. */
  readonly trouble: (trouble: Trouble) => string
}

const files = (count: number) => (count === 1 ? '1 file' : `${count} files`)

/** English; replace any of them through the property `labels`. */
export const galleryLabels: GalleryLabels = {
  search: 'Search',
  searchPlaceholder: 'Search files',
  clearSearch: 'Clear search',
  type: 'Type',
  allTypes: 'All types',
  types: {
    image: 'Images',
    video: 'Videos',
    audio: 'Audio',
    pdf: 'PDFs',
    text: 'Text',
    archive: 'Archives',
    link: 'Links',
    file: 'Other',
  },
  tags: 'Tags',
  list: 'Files',
  loading: 'Loading files',
  count: (shown, total) => (total === null || total <= shown ? files(shown) : `${shown} of ${total} files`),
  more: 'Show more',
  empty: 'Nothing here yet',
  emptyHint: 'Files show up here once they are uploaded.',
  noMatch: 'No matches',
  noMatchHint: 'No file fits this search. Try fewer words, or other filters.',
  clearFilters: 'Clear filters',
  failed: 'These files could not be loaded',
  retry: 'Try again',
  select: title => `Select ${title}`,
  open: title => `Open ${title}`,
  processing: 'Processing',
  processingFailed: 'No preview',
  selected: count => `${count} selected`,
  clearSelection: 'Clear selection',
  copyLink: 'Copy link',
  linkCopied: 'Link copied',
  linkTitle: 'Link',
  linkHint: 'Copy it from here.',
  rename: 'Rename',
  renameTitle: 'Rename',
  name: 'Name',
  editTags: 'Tags',
  editTagsTitle: count => `Tags of ${files(count)}`,
  tagsHint: 'Type a tag, then Enter.',
  tagsChanged: 'Tags saved',
  addTag: 'Add a tag',
  remove: 'Delete',
  removeTitle: (count, title) => (count === 1 ? `Delete “${title}”?` : `Delete ${files(count)}?`),
  removeHint: 'This can’t be undone.',
  removing: 'Deleting…',
  removed: count => `${files(count)} deleted`,
  cancel: 'Cancel',
  save: 'Save',
  close: 'Close',
  trouble: ({ kind, retryAfterSeconds }) => {
    switch (kind) {
      case 'network':
        return 'There was no answer. Check the connection, then try again.'
      case 'signedOut':
        return 'You are signed out. Sign in, then try again.'
      case 'forbidden':
        return 'You may not do this. Ask for access, or sign in as somebody who may.'
      case 'missing':
        return 'It is gone, or you can’t see it.'
      case 'conflict':
        return 'Somebody changed it in the meantime. Look again, then retry.'
      case 'tooMany':
        return retryAfterSeconds === null
          ? 'Too much at once. Try again in a moment.'
          : `Too much at once. Try again in ${retryAfterSeconds} s.`
      case 'server':
        return 'The server had a problem. Try again in a moment.'
      default:
        return 'That was refused.'
    }
  },
}
