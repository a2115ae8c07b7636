import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Whether this machine has a browser; where it has none, the tests that need it skip and say how to get it. */
export const hasChromium = existsSync(EXECUTABLE)
if (!hasChromium) console.warn(`Browser tests skipped: ${EXECUTABLE} is missing. To run them: apt-get install -y chromium`)

export function launchChromium(): Promise<Browser> {
  const args = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking']
  const more = ['disable-component-update', 'disable-sync']
  return chromium.launch({ executablePath: EXECUTABLE, args: [...args, ...more].map(name => `--${name}`) })
}
