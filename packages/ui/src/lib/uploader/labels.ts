import type { Trouble } from '../shared/trouble.ts'

/** Every word that the uploader shows or says. */
export interface UploaderLabels {
  readonly prompt: string
  readonly promptTouch: string
  readonly browse: string
  readonly dropHere: string
  readonly notAllowed: string
  readonly types: Readonly<Record<'image' | 'video' | 'audio' | 'text', string>>
  readonly upTo: (size: string) => string
  readonly list: string
  readonly waiting: string
  readonly sent: (sent: string, total: string) => string
  readonly finishing: string
  readonly done: string
  readonly cancelled: string
  readonly cancel: (name: string) => string
  readonly cancelAll: string
  readonly pause: (name: string) => string
  readonly resume: (name: string) => string
  readonly paused: (sent: string, total: string) => string
  /** Why it is tried again. */
  readonly retrying: (trouble: Trouble) => string
  readonly retry: string
  readonly retryNamed: (name: string) => string
  readonly dismiss: (name: string) => string
  readonly clear: string
  readonly progress: (name: string) => string
  readonly summary: (counts: UploadCounts) => string
  readonly saysUploading: (count: number) => string
  readonly saysFailed: (name: string, reason: string) => string
  readonly saysCancelled: (name: string) => string
  readonly saysPaused: (name: string) => string
  readonly saysGoesOn: (name: string) => string
  readonly saysRetrying: (name: string, reason: string) => string
  /** What went wrong and what to do, for the uploads. `accepted` and `limit` are empty where nothing is known. */
  readonly trouble: (trouble: Trouble, context: { readonly accepted: string; readonly limit: string }) => string
}

export interface UploadCounts {
  readonly total: number
  readonly done: number
  readonly failed: number
  /** Waiting, on their way, or paused. */
  readonly active: number
  readonly paused: number
}

const files = (count: number) => (count === 1 ? '1 file' : `${count} files`)

/** English; replace any of them through the property `labels`. */
export const uploaderLabels: UploaderLabels = {
  prompt: 'Drop files here, or paste them',
  promptTouch: 'Add files from this device',
  browse: 'Choose files',
  dropHere: 'Drop to upload',
  notAllowed: 'You can look at these files, but not add any.',
  types: { image: 'images', video: 'videos', audio: 'audio', text: 'text' },
  upTo: size => `up to ${size} each`,
  list: 'Uploads',
  waiting: 'Waiting',
  sent: (sent, total) => `${sent} of ${total}`,
  finishing: 'Finishing…',
  done: 'Uploaded',
  cancelled: 'Cancelled',
  cancel: name => `Cancel upload of ${name}`,
  cancelAll: 'Cancel all',
  pause: name => `Pause upload of ${name}`,
  resume: name => `Resume upload of ${name}`,
  paused: (sent, total) => `Paused · ${sent} of ${total}`,
  retrying: ({ kind }) => {
    if (kind === 'network') return 'Connection lost. Trying again…'
    return kind === 'tooMany' ? 'The server is busy. Trying again…' : 'The server had a problem. Trying again…'
  },
  retry: 'Try again',
  retryNamed: name => `Try again: ${name}`,
  dismiss: name => `Remove ${name} from this list`,
  clear: 'Clear',
  progress: name => `Upload of ${name}`,
  summary: ({ total, done, failed, active, paused }) => {
    if (paused > 0 && paused === active) return `Paused, ${done} of ${total} uploaded`
    if (active > 0) return `Uploading ${done + 1 > total ? total : done + 1} of ${total}`
    if (failed > 0) return `${done} of ${total} uploaded, ${failed} failed`
    return `${files(done)} uploaded`
  },
  saysUploading: count => `Uploading ${files(count)}`,
  saysFailed: (name, reason) => `${name} was not uploaded. ${reason}`,
  saysCancelled: name => `Upload of ${name} cancelled`,
  saysPaused: name => `Upload of ${name} paused`,
  saysGoesOn: name => `Upload of ${name} goes on`,
  saysRetrying: (name, reason) => `${name}: ${reason}`,
  trouble: ({ kind, retryAfterSeconds }, { accepted, limit }) => {
    switch (kind) {
      case 'network':
        return 'The connection was lost. It goes on when you are back online, or try again now.'
      case 'signedOut':
        return 'You are signed out. Sign in, then try again.'
      case 'forbidden':
        return 'You may not upload here. Ask for access, or sign in as somebody who may.'
      case 'missing':
        return 'This place is gone, or you can’t see it. Reload the page.'
      case 'tooLarge':
        return limit ? `Too large: files may have ${limit}. Choose a smaller one.` : 'Too large. Choose a smaller file.'
      case 'full':
        return 'There is no room left. Delete something, then try again.'
      case 'wrongType':
        return accepted ? `This type is not accepted. Choose one of: ${accepted}.` : 'This type of file is not accepted here.'
      case 'conflict':
        return 'There is something of that name already. Rename the file, then try again.'
      case 'tooMany':
        return retryAfterSeconds === null
          ? 'Too much at once. Try again in a moment.'
          : `Too much at once. Try again in ${retryAfterSeconds} s.`
      case 'server':
        return 'The server had a problem. Try again in a moment.'
      case 'refused':
        return 'The file was refused.'
    }
  },
}
