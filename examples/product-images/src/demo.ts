import type { Actor } from '@stowage/core'

/** Who may use the demo, by API key. */
export const users: ReadonlyMap<string, Actor> = new Map([
  ['pk_ines', { id: 'ines' }],
  ['pk_jon', { id: 'jon' }],
])
