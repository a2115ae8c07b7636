import { figure, ratio, table } from '../harness/markdown.ts'
import { compareLatency, type Latency, type Rounds } from './latency.ts'
import { lists, type Question, type Target } from './questions.ts'
import type { Contender, Pair, Subject } from './subjects.ts'

/** What the target of growth speaks of. */
const GROWTH_TARGET = 1.5

interface Row extends Pick<Question, 'title' | 'target'> {
  readonly pairOf: (subject: Subject) => Pair | Promise<Pair>
}

const rows: readonly Row[] = [
  { title: 'get by id', pairOf: subject => subject.get() },
  ...lists.map(question => ({ ...question, pairOf: (subject: Subject) => subject.list(question) })),
  { title: 'bounded total, with a page of one', pairOf: subject => subject.total(), target: 'total' },
]

export interface ListsOptions extends Rounds {
  readonly contender: Contender
  /** Rows of the databases, ascending. */
  readonly sizes: readonly number[]
  /** Text in titles. */
  readonly only: string
}

/** Asks every question of every database, of Stowage and in bare SQL. @returns a table, or null where no title has `only` */
export async function measureLists({ contender, sizes, only, ...rounds }: ListsOptions): Promise<string | null> {
  const asked = rows.filter(({ title }) => title.includes(only))
  if (asked.length === 0) return null
  const subjects: Subject[] = []
  try {
    for (const size of sizes) subjects.push(await contender.open(size))
    const lines: string[][] = []
    for (const row of asked) {
      lines.push(await lineOf(row, row.target && contender.targets[row.target], subjects, rounds))
      console.error(lines.at(-1)?.join('  '))
    }
    return table(headOf(sizes), lines)
  } finally {
    for (const subject of subjects) await subject.close()
  }
}

function headOf(sizes: readonly number[]): string[] {
  const names = sizes.map(size => `${size.toLocaleString('en')} rows`)
  return [
    'p50 / p99, ms',
    ...names,
    `bare SQL, ${names.at(-1)}`,
    'Stowage ÷ SQL',
    `growth (target ≤ ${GROWTH_TARGET} ×)`,
    'target',
  ]
}

async function lineOf(
  { title, pairOf }: Row,
  target: Target | undefined,
  subjects: readonly Subject[],
  rounds: Rounds,
): Promise<string[]> {
  const pairs = await Promise.all(subjects.map(pairOf))
  const largest = pairs.at(-1)
  if (!largest) throw new Error('At least one size is needed.')
  const measured = await compareLatency([...pairs.map(({ stowage }) => stowage), largest.bare], rounds)
  const [own, bare] = [measured.slice(0, -1), measured.at(-1) as Latency]
  const [first, last] = [own[0] as Latency, own.at(-1) as Latency]
  return [title, ...own.map(text), text(bare), ratio(last.p50 / bare.p50), ratio(last.p50 / first.p50), targetText(target)]
}

const text = ({ p50, p99 }: Latency): string => `${figure(p50)} / ${figure(p99)}`

function targetText(target: Target | undefined): string {
  if (target === undefined) return ''
  return target.p99 === undefined ? `≤ ${target.p50}` : `≤ ${target.p50} / ${target.p99}`
}
