import { type CopyFinding, type CopyOptions, type CopyProgress, type CopyReport, openMaintenance } from '@stowage/core'
import { byteCount, duration, parseOptions, wholeNumber } from '../arguments.ts'
import { type CommandContext, type Display, type Outcome, withLogger } from '../command.ts'
import { findCopyPlaces } from '../copy-places.ts'
import { exitCodes, UsageError } from '../exit-codes.ts'
import { bytesText, durationText } from '../texts.ts'

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  switch: { type: 'boolean' },
  'remove-after': { type: 'string' },
  'dry-run': { type: 'boolean' },
  concurrency: { type: 'string' },
  'limit-rate': { type: 'string' },
  limit: { type: 'string' },
} as const

export async function copyCommand(args: readonly string[], context: CommandContext, display: Display): Promise<Outcome> {
  const values = parseOptions(args, OPTIONS)
  const asked = copyOptions(values)
  const { options, ...places } = await findCopyPlaces(values, context)
  const maintenance = await openMaintenance(withLogger(options, context, display))
  try {
    const onProgress = progressOf(display)
    const report = await maintenance.copy({ ...asked, ...places, signal: context.signal, onProgress })
    summarise(report, display)
    return { exitCode: exitCodeOf(report, asked), result: report }
  } finally {
    await maintenance.close()
  }
}

function copyOptions(values: ReturnType<typeof parseOptions<typeof OPTIONS>>): Omit<CopyOptions, 'to' | 'from'> {
  const removeAfter = values['remove-after']
  const rate = values['limit-rate']
  const concurrency = wholeNumber(values.concurrency ?? '4', 'concurrency')
  if (concurrency < 1 || concurrency > 256) throw new UsageError('--concurrency is a number from 1 to 256.')
  if (removeAfter !== undefined && !values.switch) throw new UsageError('--remove-after goes with --switch.')
  return {
    switch: values.switch ?? false,
    dryRun: values['dry-run'] ?? false,
    concurrency,
    maxFindings: wholeNumber(values.limit ?? '1000', 'limit'),
    ...(removeAfter !== undefined && { removeAfterMs: duration(removeAfter, 'remove-after') }),
    ...(rate !== undefined && { bytesPerSecond: byteCount(rate, 'limit-rate') }),
  }
}

const LABELS = { count: 'Counting', copy: 'Copying', clean: 'Removing copies of what was deleted' } as const

/** A bar of bytes, with the rate since the copying began and the time that the rest takes at it. */
function progressOf({ progress }: Display, now: () => number = Date.now): (step: CopyProgress) => void {
  let startedAt: number | null = null
  return ({ phase, done, expected, movedBytes }) => {
    if (phase !== 'copy') {
      progress.show({ label: LABELS[phase], done: done.objects })
      return
    }
    startedAt ??= now()
    const seconds = (now() - startedAt) / 1000
    const rate = seconds > 0 ? movedBytes / seconds : 0
    const rest = expected.bytes - done.bytes
    const left = rate > 0 && rest > 0 ? `, ${durationText(rest / rate)} left` : ''
    const amounts = `${done.objects} of ${expected.objects} objects, ${bytesText(done.bytes)} of ${bytesText(expected.bytes)}`
    progress.show({
      label: LABELS.copy,
      // Objects without bytes are progress too.
      done: done.bytes + done.objects,
      expected: expected.bytes + expected.objects,
      note: `${amounts}, ${bytesText(rate)}/s${left}`,
    })
  }
}

// Keys may hold anything: nobody's terminal is steered by them.
const lineOf = ({ type, message }: CopyFinding): string => `${type}  ${message.replace(/\p{C}/gu, '?')}`

function summarise(report: CopyReport, { say }: Display): void {
  const { counted, copied, skipped, switched, removed, total, findings, dryRun, to, left } = report
  const from = report.from.join(' and ')
  for (const finding of findings) say(lineOf(finding))
  if (total > findings.length) say(`… and ${total - findings.length} more`)
  const all = `${counted.objects} objects of ${bytesText(counted.bytes)} in ${from}`
  if (dryRun) {
    say(`${all}: ${left.objects} are to be copied to ${to}, ${skipped.objects} were copied before. Nothing was changed.`)
    return
  }
  say(`${all}: copied ${copied.objects} of ${bytesText(copied.bytes)} to ${to}; ${skipped.objects} were there already.`)
  if (removed > 0) say(`Removed ${removed} copies of what was deleted or replaced meanwhile.`)
  if (switched.objects > 0) say(`Switched ${switched.objects} to ${to}.`)
  if (total > 0) say(`Not copied: ${total}.`)
  const { objects, uploads, removals } = left
  if (objects + uploads + removals > 0 && report.complete && switched.objects + uploads + removals > 0) {
    say(`Left in ${from}: ${objects} objects, ${uploads} uploads under way, ${removals} removals to come.`)
  }
  if (!report.complete) say('Ended early: the next copy goes on from here.')
}

function exitCodeOf({ complete, dryRun, total, left }: CopyReport, asked: Pick<CopyOptions, 'switch'>): Outcome['exitCode'] {
  if (!complete) return exitCodes.failure
  const open = asked.switch || dryRun ? left.objects + left.uploads : 0
  return total + open > 0 ? exitCodes.findings : exitCodes.clean
}
