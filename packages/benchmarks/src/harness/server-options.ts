import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LEAST_ROUNDS } from './interleave.ts'

/** What the commands that measure servers take. */
export interface ServerOptions {
  readonly runs: number
  readonly quick: boolean
  /** Text in the titles of rows to measure; all where empty. */
  readonly only: string
  /** Contenders to measure; where empty, the usual ones. */
  readonly contenders: readonly string[]
  /** Whether the usual contenders are all there are. */
  readonly all: boolean
  readonly folder: string
  /** For Node in the servers' processes. */
  readonly execArgv: readonly string[]
  /** Whether these are figures for `results/`: of all rows, and not cut short. */
  readonly whole: boolean
}

/** What a choice is made by. */
export interface Choosable {
  /** Measured only where it is asked for: by name, or with `--all`. */
  readonly extra: boolean
  /** Whether the machine has what it takes. Default true. */
  readonly installed?: boolean
}

/**
 * Reads `--runs N`, `--quick`, `--only ROW`, `--contenders A,B`, `--all`, `--folder PATH` (of temporary data) and `--profile PATH` (for
 * V8's CPU profiles of the servers).
 */
export function serverOptions(): ServerOptions {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(LEAST_ROUNDS) },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      contenders: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
      folder: { type: 'string', default: tmpdir() },
      profile: { type: 'string', default: '' },
    },
  })
  const contenders = values.contenders.split(',').filter(name => name !== '')
  if (values.profile !== '') mkdirSync(values.profile, { recursive: true })
  return {
    runs: Number(values.runs),
    quick: values.quick,
    only: values.only,
    contenders,
    all: values.all,
    folder: resolve(values.folder),
    execArgv: values.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`],
    whole: !values.quick && values.only === '' && contenders.length === 0 && values.profile === '',
  }
}

/** The names of those that were asked for; without such a wish, of the usual ones that are installed. */
export function chosen<Name extends string>(
  from: Readonly<Record<Name, Choosable>>,
  { contenders, all }: Pick<ServerOptions, 'contenders' | 'all'>,
): readonly Name[] {
  const names = Object.keys(from) as Name[]
  const unknown = contenders.find(name => !(names as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`There is no contender "${unknown}"; there are ${names.join(', ')}.`)
  if (contenders.length > 0) return names.filter(name => contenders.includes(name))
  return names.filter(name => (all || !from[name].extra) && from[name].installed !== false)
}
