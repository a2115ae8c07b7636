import type { AssetDetails, AssetPatch } from '@stowage/core'
import type { JsonValue } from '@stowage/core/contracts'

/** The same, where `undefined` stands for what was not given: a field of a form that is not there has no value. */
export type Given<T extends AssetDetails | AssetPatch> = {
  readonly [Name in keyof T]?: Name extends 'fields'
    ? Readonly<Record<string, JsonValue | undefined>> | undefined
    : T[Name] | undefined
}

/** Leaves out what was not given, of the declared fields too. */
export function given<T extends AssetDetails | AssetPatch>(values: Given<T>): T {
  const rest = defined(values)
  const { fields } = values as { fields?: object }
  // What is no object is named by the service.
  const named = typeof fields === 'object' && fields !== null ? { ...rest, fields: defined(fields) } : rest
  return named as T
}

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
