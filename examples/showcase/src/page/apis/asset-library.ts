import type { Api, Identity, Standing } from './api.ts'
import { assetLibrarySource } from './asset-library-source.ts'

const types = ['pdf', 'document', 'image', 'video', 'external_video', 'audio', 'link', 'collection', 'git'] as const
const titled = types.map(type => [type, type.replace('_', ' ')] as const)

export const assetLibrary: Api = {
  id: 'asset-library',
  title: 'Asset library',
  tagline: 'Files, links and videos with titles, search and scopes',
  about: 'A library that everyone may search. What is private is seen by its maker and the admin; each key carries scopes.',
  limit: '100 MB',
  framework: 'Hono',
  code: 'examples/asset-library/src/api.ts',
  identities: [
    { id: 'writer', name: 'writer', token: 'lib_writer' },
    { id: 'reader', name: 'reader', token: 'lib_reader' },
    { id: 'uploader', name: 'uploader', token: 'lib_upload_only' },
    { id: 'admin', name: 'admin', token: 'lib_admin' },
    { id: 'nobody', name: 'nobody', token: null, note: 'without a key' },
  ],
  places: [{ id: 'library', title: 'The library' }],
  standing,
  fields: [
    { name: 'title', label: 'Title', kind: 'text', placeholder: 'From the file’s name' },
    { name: 'is_public', label: 'Public: everyone may see it', kind: 'check', value: 'true' },
  ],
  filters: [
    { name: 'asset_type', label: 'Type', kind: 'choice', value: '', choices: [['', 'All types'], ...titled] },
    {
      name: 'sort',
      label: 'Sort by',
      kind: 'choice',
      value: '',
      choices: [
        ['', 'Newest first'],
        ['created_at:asc', 'Oldest first'],
        ['title:asc', 'Title, A to Z'],
        ['updated_at:desc', 'Last changed'],
      ],
    },
  ],
  open: assetLibrarySource,
}

const standings: Readonly<Record<string, Standing>> = {
  writer: {
    role: 'read:assets write:assets',
    sentence: 'writer has both scopes: sees what is public and what is its own; edits and deletes only its own.',
    may: { See: 'yes', Upload: 'yes', Edit: 'own', Delete: 'own' },
  },
  reader: {
    role: 'read:assets',
    sentence: 'reader’s key can only read: it sees what is public.',
    may: { See: 'yes', Upload: 'no', Edit: 'no', Delete: 'no' },
  },
  uploader: {
    role: 'write:assets',
    sentence: 'uploader’s key can only write: it uploads, but can’t list what is there.',
    may: { See: 'no', Upload: 'yes', Edit: 'own', Delete: 'own' },
  },
  admin: {
    role: 'admin, both scopes',
    sentence: 'admin sees everything, private files of others too, and may edit and delete all of it.',
    may: { See: 'yes', Upload: 'yes', Edit: 'yes', Delete: 'yes' },
  },
}

function standing({ id }: Identity): Standing {
  return (
    standings[id] ?? {
      role: 'no key',
      sentence: 'Without a key the API answers 401. Public files can still be opened at their addresses.',
      may: { See: 'no', Upload: 'no', Edit: 'no', Delete: 'no' },
    }
  )
}
