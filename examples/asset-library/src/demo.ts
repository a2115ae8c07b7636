import type { Actor, Space } from '@stowage/core'

const read = 'read:assets'
const write = 'write:assets'

/** Who may use the demo, by API key. */
export const users: ReadonlyMap<string, Actor> = new Map([
  ['lib_admin', { id: 'admin', scopes: [read, write] }],
  ['lib_reader', { id: 'reader', scopes: [read] }],
  ['lib_writer', { id: 'writer', scopes: [read, write] }],
  ['lib_upload_only', { id: 'uploader', scopes: [write] }],
])

/** All assets are in one place, which has an admin. */
export const library: Space = { id: 'library', roleOf: ({ id }) => (id === 'admin' ? 'admin' : null) }
