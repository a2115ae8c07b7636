import type { Kind } from '@stowage/core'
import type { Profile } from '../profile/profile.ts'
import type { UploadOptions } from '../profile/upload-options.ts'
import { houseFields } from './house-details.ts'

/** Members of a JSON body that say where the asset's bytes are, one of which it must have; null: not taken. */
export interface JsonSources {
  /** A URL that the file is fetched from. */
  readonly url: string | null
  /** A URL that the asset is at instead. */
  readonly externalUrl: string | null
  /** Id of a staged file. */
  readonly staged: string | null
}

/** @throws TypeError where a name would mean two things */
export function jsonSources(profile: Profile, canImport: boolean): JsonSources {
  const { urlField = 'url', externalUrlField, stagedField } = profile.upload ?? {}
  return {
    url: canImport && urlField !== false ? ownName(profile, 'urlField', urlField) : null,
    externalUrl: chosen(profile, 'externalUrlField', externalUrlField, 'externalUrl'),
    staged: chosen(profile, 'stagedField', stagedField, 'staged'),
  }
}

export function sourceNames({ url, externalUrl, staged }: JsonSources): readonly string[] {
  return [url, externalUrl, staged].filter(name => name !== null)
}

type SourceOption = 'urlField' | 'externalUrlField' | 'stagedField'

function chosen(profile: Profile, option: SourceOption, given: string | false | undefined, house: string): string | null {
  if (given === false) return null
  if (given === undefined) return takesHouseJson(profile) && !takenNames(profile).includes(house) ? house : null
  if (profile.upload?.json !== undefined)
    throw new TypeError(
      `The profile at ${profile.basePath} has both upload.json and upload.${option}: json reads the whole body itself.`,
    )
  return ownName(profile, option, given)
}

/** Assets without uploaded files are a choice where a profile or its kind says what uploads are. */
function takesHouseJson({ kind, upload = {} }: Profile): boolean {
  const { fields, details, json } = upload
  return kind.accept === undefined && fields === undefined && details === undefined && json === undefined
}

function ownName(profile: Profile, option: SourceOption, name: string): string {
  if (!takenNames(profile).includes(name)) return name
  throw new TypeError(
    `The profile at ${profile.basePath} has a field "${name}" of its own: give upload.${option} another name, or false for none.`,
  )
}

function takenNames({ kind, upload = {} }: Profile): readonly string[] {
  return [...fieldsOf(kind, upload), upload.fileField ?? 'file']
}

export function fieldsOf(kind: Kind, { fields }: UploadOptions): readonly string[] {
  return fields ?? houseFields(kind)
}
