import type { IncomingMessage } from 'node:http'
import { askOrigin } from './ask-origin.ts'
import { checkUrl, type Target } from './check-url.ts'
import { dial } from './dial.ts'
import { unreachable } from './failures.ts'
import type { Settings } from './options.ts'
import type { Patience } from './patience.ts'
import { resolveTarget } from './resolve.ts'
import { utf8Header } from './utf8-header.ts'

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

export interface Reached {
  readonly url: URL
  readonly response: IncomingMessage
}

/**
 * Asks for a URL, and for where its answers lead; each step is checked as if a stranger had named it, since one has.
 * @returns the first answer that is no redirect
 * @throws StowageError `unprocessable`
 */
export async function follow(settings: Settings, text: string, patience: Patience): Promise<Reached> {
  const seen = new Set<string>()
  let target = checkUrl(settings, text)
  for (;;) {
    seen.add(withoutFragment(target.url))
    const response = await hop(settings, target, patience)
    const { location } = response.headers
    if (location === undefined || !REDIRECTS.includes(response.statusCode ?? 0)) return { url: target.url, response }
    response.destroy()
    const next = checkUrl(settings, utf8Header(location), target.url)
    if (seen.size > settings.maxRedirects) throw unreachable(`There are more than ${settings.maxRedirects} redirects.`)
    if (seen.has(withoutFragment(next.url))) throw unreachable('The redirects go round.')
    if (target.isSecure && !next.isSecure && !settings.allowDowngrade) throw unreachable('A redirect leads from https to http.')
    target = next
  }
}

async function hop(settings: Settings, target: Target, patience: Patience): Promise<IncomingMessage> {
  const late = (what: string) => () => unreachable(`${target.host} took too long to ${what}.`)
  const socket = await patience.within(settings.connectMs, late('connect'), async signal => {
    const addresses = await resolveTarget(settings, target, signal)
    return dial(settings, target, { addresses, signal })
  })
  patience.hold(socket)
  return patience.within(settings.headersMs, late('answer'), () => askOrigin(settings, target, socket))
}

function withoutFragment({ href, hash }: URL): string {
  return hash === '' ? href : href.slice(0, -hash.length)
}
