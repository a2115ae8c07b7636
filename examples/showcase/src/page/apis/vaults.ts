import type { Api, Standing } from './api.ts'
import { vaultsSource } from './vaults-source.ts'

const FIRST = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t2'
const SECOND = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t3'

const roles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [FIRST]: { mia: 'owner', noah: 'editor', olga: 'viewer' },
  [SECOND]: { noah: 'owner' },
}

const standings: Readonly<Record<string, Omit<Standing, 'role'>>> = {
  owner: {
    sentence: 'owns this vault: uploads, edits and deletes.',
    may: { See: 'yes', Upload: 'yes', Edit: 'yes', Delete: 'yes' },
  },
  editor: {
    sentence: 'is an editor here: uploads and edits, but may not delete.',
    may: { See: 'yes', Upload: 'yes', Edit: 'yes', Delete: 'no' },
  },
  viewer: {
    sentence: 'is a viewer here: may look, and change nothing.',
    may: { See: 'yes', Upload: 'no', Edit: 'no', Delete: 'no' },
  },
}

const segment = { kind: 'text', required: true, placeholder: 'lower-case-words' } as const

export const vaults: Api = {
  id: 'vaults',
  title: 'Vaults',
  tagline: 'Shared vaults with viewers, editors and owners',
  about:
    'Every file lies in a partition, a collection and a channel of a vault, and the key in the storage says so. Roles decide.',
  limit: '100 MB',
  framework: 'Hono',
  code: 'examples/vaults/src/api.ts',
  identities: [
    { id: 'noah', name: 'noah', token: 'vt_noah' },
    { id: 'mia', name: 'mia', token: 'vt_mia' },
    { id: 'olga', name: 'olga', token: 'vt_olga' },
    { id: 'nobody', name: 'nobody', token: null, note: 'not signed in' },
  ],
  placeLabel: 'Vault',
  places: [
    { id: FIRST, title: 'The shared vault (…s1t2)' },
    { id: SECOND, title: 'Noah’s vault (…s1t3)' },
  ],
  standing({ name, token }, place) {
    const role = roles[place]?.[name]
    const known = role === undefined ? undefined : standings[role]
    if (role !== undefined && known) return { role, sentence: `${name} ${known.sentence}`, may: known.may }
    return {
      role: 'no role',
      sentence:
        token === null ? 'Without a token the API answers 401.' : `${name} has no role here: to ${name}, there is no such vault.`,
      may: { See: 'no', Upload: 'no', Edit: 'no', Delete: 'no' },
    }
  },
  fields: [
    { ...segment, name: 'partition', label: 'Partition', value: 'marketing', suggestions: ['marketing', 'shop'] },
    { ...segment, name: 'collection', label: 'Collection', value: 'blog', suggestions: ['blog', 'newsletter', 'kitchen'] },
    { ...segment, name: 'channel', label: 'Channel', value: 'hero-images', suggestions: ['hero-images', 'covers', 'photos'] },
    { name: 'tags', label: 'Tags', kind: 'text', placeholder: 'with, commas' },
  ],
  filters: [
    { name: 'partition', label: 'Partition', kind: 'text', placeholder: 'any', suggestions: ['marketing', 'shop'] },
    {
      name: 'collection',
      label: 'Collection',
      kind: 'text',
      placeholder: 'any',
      suggestions: ['blog', 'newsletter', 'handouts', 'kitchen'],
    },
    {
      name: 'channel',
      label: 'Channel',
      kind: 'text',
      placeholder: 'any',
      suggestions: ['hero-images', 'covers', 'guides', 'photos'],
    },
  ],
  open: vaultsSource,
}
