import type { Change, StowageErrorCode } from '@stowage/core/contracts'
import type { Expectation, WriteStatement } from './driver.ts'
import type { Fragment, SqlValue, Statement } from './fragment.ts'

/** The statements of a batch, and which change each belongs to. */
export class WritePlan {
  readonly statements: WriteStatement[] = []
  readonly #owners: { readonly index: number; readonly op: Change['op']; readonly code: StowageErrorCode }[] = []
  readonly #compile: (fragment: Fragment) => Statement
  #index = 0
  #op: Change['op'] = 'insertAsset'

  constructor(compile: (fragment: Fragment) => Statement) {
    this.#compile = compile
  }

  /** What is added from now on belongs to this change. */
  begin(index: number, op: Change['op']): void {
    this.#index = index
    this.#op = op
  }

  /** @param code what a guard that does not hold is reported as */
  add(fragment: Fragment, expect: Expectation = 'any', code: StowageErrorCode = 'conflict'): void {
    this.addText(this.#compile(fragment).sql, fragment.values, expect, code)
  }

  addText(text: string, parameters: readonly SqlValue[], expect: Expectation, code: StowageErrorCode = 'conflict'): void {
    this.statements.push({ sql: text, parameters, expect })
    this.#owners.push({ index: this.#index, op: this.#op, code })
  }

  ownerOf(statementIndex: number): { readonly index: number; readonly op: Change['op']; readonly code: StowageErrorCode } {
    return this.#owners[statementIndex] ?? { index: -1, op: this.#op, code: 'internal' }
  }
}
