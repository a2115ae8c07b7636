import { type AuditFinding, type AuditOptions, type AuditReport, openMaintenance } from '@stowage/core'
import { duration, oneOf, parseOptions, share, wholeNumber } from '../arguments.ts'
import { type CommandContext, type Display, type Outcome, withLogger } from '../command.ts'
import { exitCodes, UsageError } from '../exit-codes.ts'
import { findPlaces } from '../places.ts'

const OPTIONS = {
  verify: { type: 'string' },
  grace: { type: 'string' },
  overdue: { type: 'string' },
  repair: { type: 'string', multiple: true },
  force: { type: 'boolean' },
  'max-orphans': { type: 'string' },
  limit: { type: 'string' },
} as const

const LABELS = {
  usage: 'Comparing counters',
  objects: 'Comparing objects',
  assets: 'Comparing assets',
  unfinished: 'Looking for unfinished writes',
  tasks: 'Looking for overdue tasks',
  repair: 'Removing orphans',
} as const
// In these phases about as many things are looked at as there are assets.
const COUNTED: readonly string[] = ['objects', 'assets', 'repair']

export async function auditCommand(args: readonly string[], context: CommandContext, display: Display): Promise<Outcome> {
  const values = parseOptions(args, OPTIONS)
  const asked = auditOptions(values)
  const { options } = await findPlaces(values, context, { storage: true, newDatabase: false })
  const maintenance = await openMaintenance(withLogger(options, context, display))
  let shown = 0
  try {
    const report = await maintenance.audit({
      ...asked,
      signal: context.signal,
      onFinding(finding) {
        shown += 1
        if (shown <= asked.maxFindings) display.say(lineOf(finding))
      },
      onProgress: ({ phase, done, expected }) =>
        display.progress.show({ label: LABELS[phase], done, ...(COUNTED.includes(phase) && { expected }) }),
    })
    summarise(report, asked.maxFindings, display)
    return { exitCode: exitCodeOf(report), result: report }
  } finally {
    await maintenance.close()
  }
}

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>

function auditOptions(values: Values): AuditOptions & { readonly maxFindings: number } {
  const repair = new Set((values.repair ?? []).map(what => oneOf(what, ['orphans', 'usage'], 'repair')))
  if (values.force && !repair.has('orphans')) throw new UsageError('--force is for --repair orphans.')
  const maxOrphans = values['max-orphans']
  return {
    verify: oneOf(values.verify ?? 'size', ['size', 'digest'], 'verify'),
    ...(values.grace !== undefined && { graceMs: duration(values.grace, 'grace') }),
    ...(values.overdue !== undefined && { overdueMs: duration(values.overdue, 'overdue') }),
    ...(maxOrphans !== undefined && { maxOrphanShare: share(maxOrphans, 'max-orphans') }),
    repair: { orphans: repair.has('orphans'), usage: repair.has('usage') },
    force: values.force ?? false,
    maxFindings: wholeNumber(values.limit ?? '1000', 'limit'),
  }
}

// Keys and names may hold anything: nobody's terminal is steered by them.
const lineOf = ({ type, message }: AuditFinding): string => `${type}  ${message.replace(/\p{C}/gu, '?')}`

function summarise({ checked, total, counts, repaired, complete }: AuditReport, limit: number, { say }: Display): void {
  if (total > limit) say(`… and ${total - limit} more`)
  const { objects, youngObjects, assets, blobs, spaces, verifiedBytes } = checked
  const read = verifiedBytes > 0 ? `, ${verifiedBytes} bytes read` : ''
  say(
    `Compared ${objects} objects (${youngObjects} too young to judge), ${assets} assets, ${blobs} blobs, ${spaces} spaces${read}.`,
  )
  const { orphans, orphanBytes, unfinished, usage, refused } = repaired
  if (orphans + unfinished > 0) say(`Removed ${orphans} orphans of ${orphanBytes} bytes, and ${unfinished} unfinished writes.`)
  if (usage > 0) say(`Recounted ${usage} spaces.`)
  if (refused !== null) say(`Removed nothing: ${refused}`)
  const each = Object.entries(counts).map(([type, count]) => `${count} ${type}`)
  say(total === 0 ? 'Found nothing wrong.' : `Found ${total}: ${each.join(', ')}.`)
  if (!complete) say('Ended early: this is not all.')
}

function exitCodeOf({ complete, total, repaired }: AuditReport): Outcome['exitCode'] {
  if (!complete) return exitCodes.failure
  const mended = repaired.orphans + repaired.unfinished + repaired.usage
  return total > mended ? exitCodes.findings : exitCodes.clean
}
