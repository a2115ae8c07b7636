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
  /** Contenders to measure; all where empty. */
  readonly contenders: readonly string[]
  readonly folder: string
  /** For Node in the servers' processes. */
  readonly execArgv: readonly string[]
  /** Whether this is the whole table, which goes into `results/`. */
  readonly whole: boolean
}

/**
 * Reads `--runs N`, `--quick`, `--only ROW`, `--contenders A,B`, `--folder PATH` (of temporary data) and `--profile PATH` (for V8's CPU
 * profiles of the servers).
 */
export function serverOptions(): ServerOptions {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(LEAST_ROUNDS) },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      contenders: { type: 'string', default: '' },
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
    folder: resolve(values.folder),
    execArgv: values.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`],
    whole: values.only === '' && contenders.length === 0 && values.profile === '',
  }
}

/** Those of `names` that were asked for. */
export function chosen<Name extends string>(names: readonly Name[], { contenders }: ServerOptions): readonly Name[] {
  const unknown = contenders.find(name => !(names as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`There is no contender "${unknown}"; there are ${names.join(', ')}.`)
  return contenders.length === 0 ? names : names.filter(name => contenders.includes(name))
}
