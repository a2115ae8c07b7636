import type { UploadEvents, UploadTask } from './upload-task.ts'

export interface Events {
  tell<E extends keyof UploadEvents>(event: E, value: UploadEvents[E]): void
  readonly on: UploadTask['on']
}

/** A listener that throws is reported as an uncaught error, and disturbs nobody else. */
export function createEvents(): Events {
  const target = new EventTarget()
  return {
    tell: (event, detail) => void target.dispatchEvent(new CustomEvent(event, { detail })),
    on(event, listener) {
      const listen = (told: Event) => listener((told as CustomEvent).detail)
      target.addEventListener(event, listen)
      return () => target.removeEventListener(event, listen)
    },
  }
}
