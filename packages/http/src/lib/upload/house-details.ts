import type { AssetDetails, Kind } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import { fieldValue, publicFields } from '../profile/declared-field.ts'
import type { FormFields } from './form-fields.ts'

const PLAIN = ['title', 'description', 'filename', 'visibility', 'slug', 'tags', 'tags[]', 'metadata']

/** Text fields that the house upload takes for a kind. */
export function houseFields(kind: Kind): readonly string[] {
  return [...PLAIN, ...publicFields(kind)]
}

/** Members that the house import takes for a kind, beside its URL. */
export function houseMembers(kind: Kind): readonly string[] {
  return houseFields(kind).filter(name => name !== 'tags[]')
}

/** Details from JSON members of the names that {@link houseDetails} reads: as they are, for the service to check. */
export function houseJsonDetails(kind: Kind, body: JsonObject): AssetDetails {
  const isDeclared = (name: string) => Object.hasOwn(kind.shape, name) && !PLAIN.includes(name)
  const members = Object.entries(body)
  const fields = Object.fromEntries(members.filter(([name]) => isDeclared(name)))
  const plain = Object.fromEntries(members.filter(([name]) => !isDeclared(name)))
  return { ...plain, ...(Object.keys(fields).length > 0 && { fields }) }
}

/**
 * Details from text fields of the same names: `tags` repeats, `metadata` is JSON, declared fields are read by their type.
 * What a value must be is left to the service, which says so with a pointer.
 */
export function houseDetails(kind: Kind, form: FormFields): AssetDetails {
  const [title, description, filename, slug] = ['title', 'description', 'filename', 'slug'].map(name => form.get(name))
  const visibility = form.get('visibility') as AssetDetails['visibility']
  const tags = [...form.all('tags'), ...form.all('tags[]')]
  const metadata = form.json('metadata') as JsonObject | undefined
  const fields = declaredFields(kind, form)
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(filename !== undefined && { filename }),
    ...(visibility !== undefined && { visibility }),
    ...(slug !== undefined && { slug }),
    ...(tags.length > 0 && { tags }),
    ...(metadata !== undefined && { metadata }),
    ...(fields !== null && { fields }),
  }
}

function declaredFields(kind: Kind, form: FormFields): JsonObject | null {
  const fields: JsonObject = {}
  for (const name of publicFields(kind)) {
    // A built-in detail of the same name has the field; declared ones must not shadow it.
    if (PLAIN.includes(name) || form.all(name).length === 0) continue
    fields[name] = fieldValue(kind, name, {
      all: form.all(name),
      one: () => form.get(name) ?? '',
      json: () => form.json(name) ?? null,
    })
  }
  return Object.keys(fields).length === 0 ? null : fields
}
