import type { OpenedUrl, OpenUrlOptions, UrlImporter } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { answerBody } from './body.ts'
import { checkAnswer } from './check-answer.ts'
import { aborted, isUnreachable, unreachable } from './failures.ts'
import { filenameOf } from './filename.ts'
import { follow } from './follow.ts'
import { readOptions, type Settings, type UrlImporterOptions } from './options.ts'
import { createPatience, type Patience } from './patience.ts'

/**
 * Opens files at URLs that strangers name: http and https, at public addresses only. A name is resolved once, each of its addresses is checked, and
 * the connection goes to the very address that was; so at every redirect. No credentials, cookies or referrers are sent.
 * @throws TypeError for options that can't be meant
 */
export function urlImporter(options: UrlImporterOptions = {}): UrlImporter {
  const settings = readOptions(options)
  const running = new Set<Patience>()
  return {
    name: 'url',
    async open(url, wanted) {
      const patience = createPatience(settings.clock)
      running.add(patience)
      const end = () => running.delete(patience)
      try {
        return await openUrl(settings, url, { ...wanted, patience, end })
      } catch (error) {
        end()
        throw error
      }
    },
    async close() {
      const closing = new StowageError('unavailable', 'The import was broken off: the server is closing.')
      for (const patience of running) patience.stop(closing)
    },
  }
}

interface Opening extends OpenUrlOptions {
  readonly patience: Patience
  /** Called at the end of the import, once its body was read or given up. */
  readonly end: () => void
}

async function openUrl(settings: Settings, text: string, { maxBytes, signal, patience, end }: Opening): Promise<OpenedUrl> {
  const { clock, totalMs, idleMs, accept } = settings
  const startedAt = clock.now()
  const state = { isReached: false }
  const onAbort = () => patience.stop(aborted(signal?.reason))
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  const cancel = clock.after(totalMs, () => patience.stop(outOfTime(state.isReached, totalMs)))
  patience.hold({
    destroy() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      end()
    },
  })
  try {
    const { url, response } = await follow(settings, text, patience)
    state.isReached = true
    const announced = checkAnswer(response, { maxBytes, accept })
    const body = answerBody(response, patience, { maxBytes, idleMs })
    return { ...announced, body, filename: filenameOf(response, url) }
  } catch (error) {
    patience.end()
    if (isUnreachable(error)) await notBefore(settings, startedAt, signal)
    throw error
  }
}

function outOfTime(isReached: boolean, totalMs: number): StowageError {
  if (!isReached) return unreachable('The import took too long before there was an answer.')
  return new StowageError('timeout', `The import took more than ${totalMs} ms.`)
}

/** Lets refusals come at one time, so that a quick one tells nobody what was found. */
function notBefore({ clock, refusalMs }: Settings, startedAt: number, signal: AbortSignal | undefined): Promise<void> {
  const leftMs = startedAt + refusalMs - clock.now()
  if (leftMs <= 0 || signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(leftMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}
