import type { Api, Identity } from './apis/api.ts'
import { apis } from './apis/index.ts'

/** What the page shows: kept in the address behind `#`, so that a reload or a link comes back to it. */
export interface Shown {
  readonly api: Api
  readonly identity: Identity
  readonly place: string
}

/** `#/vaults/noah/vault_…`; what it does not say, or says wrongly, is the first of each. */
export function readAddress(hash: string): Shown {
  const [, apiId, identityId, placeId] = hash.replace(/^#/, '').split('/').map(decoded)
  const api = apis.find(({ id }) => id === apiId) ?? (apis[0] as Api)
  const identity = api.identities.find(({ id }) => id === identityId) ?? (api.identities[0] as Identity)
  const place = api.places.find(({ id }) => id === placeId) ?? api.places[0]
  return { api, identity, place: place?.id ?? '' }
}

export function writeAddress({ api, identity, place }: Shown): string {
  return `#/${api.id}/${identity.id}/${encodeURIComponent(place)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
