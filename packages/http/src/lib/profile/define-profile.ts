import type { Kind } from '@stowage/core'
import type { FieldNames, Profile, ProfileOptions } from './profile.ts'

/**
 * Says how one kind of asset looks on the wire: its paths, who asks, what belongs where, and the shape of every answer.
 * @example const files = defineProfile(teamFiles, { basePath: '/api/teams/:team/files', authenticate, space: ({ params }) => teams.get(params.team) })
 */
export function defineProfile<K extends Kind>(kind: K, options: ProfileOptions<FieldNames<K>>): Profile {
  return { ...options, kind }
}
