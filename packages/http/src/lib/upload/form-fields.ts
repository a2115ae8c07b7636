import type { JsonValue } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { parseJson } from '../body/json.ts'

/** The text fields of a form (or the query of a raw upload), in the order they came. */
export interface FormFields {
  /** The value of a field that comes at most once. @throws StowageError `invalid_request` when it repeats */
  get(name: string): string | undefined
  /** Every value of a field. */
  all(name: string): readonly string[]
  /** A field's value read as JSON. @throws StowageError `unprocessable` when it is malformed */
  json(name: string): JsonValue | undefined
}

export class CollectedFields implements FormFields {
  readonly #values = new Map<string, string[]>()

  add(name: string, value: string): void {
    const values = this.#values.get(name)
    if (values === undefined) this.#values.set(name, [value])
    else values.push(value)
  }

  get(name: string): string | undefined {
    const values = this.all(name)
    if (values.length > 1) {
      throw new StowageError('invalid_request', `The field "${name}" may be given once.`, { details: { field: name } })
    }
    return values[0]
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  json(name: string): JsonValue | undefined {
    const text = this.get(name)
    if (text === undefined) return undefined
    try {
      return parseJson(text)
    } catch (cause) {
      throw new StowageError('unprocessable', `The field "${name}" is not valid JSON.`, { details: { field: name }, cause })
    }
  }
}
