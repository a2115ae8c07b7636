import { StowageError } from '@stowage/core/contracts'

/** Integer option within bounds, or its default. */
export function integerOption(
  name: string,
  value: number | undefined,
  bounds: { min: number; max: number; default: number },
): number {
  if (value === undefined) return bounds.default
  if (Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value
  throw new StowageError('invalid_request', `Option ${name} must be an integer from ${bounds.min} to ${bounds.max}.`)
}

/** One of a few words, or the first of them. */
export function choiceOption<T extends string>(name: string, value: T | undefined, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0]
  if (choices.includes(value)) return value
  throw new StowageError('invalid_request', `Option ${name} must be one of ${choices.join(', ')}.`)
}
