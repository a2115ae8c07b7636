import type { Writable } from 'node:stream'

/** A stream that people may look at. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** One step of work: how far it is, of how many where that is known. */
export interface Step {
  readonly label: string
  readonly done: number
  readonly expected?: number
  /** Instead of the bare number of what is done. */
  readonly note?: string
}

/** Shows progress: a bar that is drawn over on a terminal, a line now and then elsewhere. */
export interface Progress {
  show(step: Step): void
  /** Writes a line on another stream without mixing it with the bar. */
  line(to: Writable, text: string): void
  end(): void
}

const REDRAW_MS = 100
const LINE_EVERY = 100_000
const BAR = 24

export function progressOn(terminal: Terminal, now: () => number = Date.now): Progress {
  return terminal.isTTY ? barOn(terminal, now) : linesOn(terminal)
}

function barOn(terminal: Terminal, now: () => number): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY
  let drawn = ''
  let label = ''
  const erase = (): void => {
    if (drawn !== '') terminal.write(`\r${' '.repeat(drawn.length)}\r`)
    drawn = ''
  }
  return {
    show(step) {
      if (step.label === label && now() - drawnAt < REDRAW_MS) return
      erase()
      drawn = barOf(step).slice(0, Math.max(0, (terminal.columns ?? 80) - 1))
      terminal.write(drawn)
      drawnAt = now()
      label = step.label
    },
    line(to, text) {
      erase()
      to.write(`${text}\n`)
    },
    end: erase,
  }
}

function barOf({ label, done, expected = 0, note = String(done) }: Step): string {
  if (expected <= 0) return `${label}: ${note}`
  const part = Math.min(1, done / expected)
  const full = Math.round(part * BAR)
  return `${label} [${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${Math.floor(part * 100)} % (${note})`
}

function linesOn(terminal: Terminal): Progress {
  let label = ''
  let next = 0
  return {
    show(step) {
      // What says how far it is in words says so ten times.
      const every = step.note === undefined ? LINE_EVERY : Math.max(1, (step.expected ?? 0) / 10)
      if (step.label !== label) {
        label = step.label
        next = every
        terminal.write(`${label} …\n`)
      }
      if (step.done < next) return
      next = step.done - (step.done % every) + every
      terminal.write(`${label}: ${step.note ?? step.done}\n`)
    },
    line: (to, text) => void to.write(`${text}\n`),
    end: () => undefined,
  }
}
