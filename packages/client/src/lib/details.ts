import type { AssetDetails } from './inputs.ts'
import type { Fields } from './upload/form.ts'

/** Declared fields travel beside the others, each under its own name; lists repeat it. */
export function detailFields({ title, description, visibility, tags, metadata, fields }: AssetDetails): Fields {
  const named = Object.entries({
    title,
    description,
    visibility,
    tags,
    metadata: metadata && JSON.stringify(metadata),
    ...fields,
  })
  return named.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter(each => each !== undefined && each !== null)
      .map(each => [name, typeof each === 'object' ? JSON.stringify(each) : String(each)] as const),
  )
}
