import type { Api, Identity, Standing } from './api.ts'
import { pageAssetsSource } from './page-assets-source.ts'
import { teamFilesSource } from './team-files-source.ts'

const owners: Readonly<Record<string, string>> = { '123': 'alice', '124': 'bob', '200': 'alice' }
const roles: Readonly<Record<string, string>> = { alice: 'owner', bob: 'admin', carol: 'member', dave: 'viewer' }

const reads = (identity: Identity): boolean => identity.id === 'alice-readonly'

export const pageAssets: Api = {
  id: 'page-assets',
  title: 'Page assets',
  tagline: 'Public files of web pages, private files of teams',
  about: 'Each page has files that anyone may see and only its owner may change. A team shares files among its members.',
  limit: '50 MB',
  framework: 'Express',
  code: 'examples/page-assets/src/api.ts',
  identities: [
    { id: 'alice', name: 'alice', token: 'vm_alice' },
    { id: 'alice-readonly', name: 'alice', token: 'vm_alice_readonly', note: 'read-only token' },
    { id: 'bob', name: 'bob', token: 'vm_bob' },
    { id: 'carol', name: 'carol', token: 'vm_carol' },
    { id: 'dave', name: 'dave', token: 'vm_dave' },
    { id: 'nobody', name: 'nobody', token: null, note: 'not signed in' },
  ],
  placeLabel: 'Files of',
  places: [
    { id: '123', title: 'My blog (alice’s page)' },
    { id: '124', title: 'Bob’s page' },
    { id: '200', title: 'Team space: the page' },
    { id: '200/team', title: 'Team space: the team' },
  ],
  standing: (identity, place) => (place.endsWith('/team') ? inTeam(identity) : onPage(identity, place)),
  fields: [],
  filters: [],
  open: context => (context.place.endsWith('/team') ? teamFilesSource(context) : pageAssetsSource(context)),
}

function onPage(identity: Identity, place: string): Standing {
  const owner = owners[place] ?? ''
  if (identity.name !== owner) {
    const who = identity.token === null ? 'Somebody who is not signed in' : identity.name
    return {
      role: identity.token === null ? 'anonymous' : 'visitor',
      sentence: `${who} sees the files, as anyone does. Only ${owner}, who owns this page, may change them.`,
      may: { See: 'yes', Upload: 'no', Delete: 'no' },
    }
  }
  if (reads(identity)) {
    return {
      role: 'owner, read-only',
      sentence: `${owner} owns this page, but this token has no scope pages:write: it may only look.`,
      may: { See: 'yes', Upload: 'no', Delete: 'no' },
    }
  }
  return {
    role: 'owner',
    sentence: `${owner} owns this page: may upload, make pictures from words, and delete.`,
    may: { See: 'yes', Upload: 'yes', Delete: 'yes' },
  }
}

function inTeam(identity: Identity): Standing {
  const role = roles[identity.name]
  if (role === undefined) {
    return {
      role: 'stranger',
      sentence: 'To somebody who is not signed in, there are no team files.',
      may: { See: 'no', Upload: 'no', Delete: 'no' },
    }
  }
  if (reads(identity)) {
    return {
      role: 'owner, read-only',
      sentence: 'alice owns the team, but this token has no scope pages:write: it may only look.',
      may: { See: 'yes', Upload: 'no', Delete: 'no' },
    }
  }
  const words: Readonly<Record<string, string>> = {
    owner: 'owns the team: may upload, and delete anyone’s files.',
    admin: 'is an admin of the team: may upload, and delete anyone’s files.',
    member: 'is a member of the team: may upload, and delete only what is her own.',
    viewer: 'is a viewer of the team: may see and download, nothing else.',
  }
  const all = role === 'owner' || role === 'admin'
  return {
    role,
    sentence: `${identity.name} ${words[role]}`,
    may: { See: 'yes', Upload: role === 'viewer' ? 'no' : 'yes', Delete: all ? 'yes' : role === 'member' ? 'own' : 'no' },
  }
}
