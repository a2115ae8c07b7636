import type { JsonObject } from '@stowage/core/contracts'
import type { z } from 'zod'
import { fieldValue } from '../profile/declared-field.ts'
import type { FormFields } from './form-fields.ts'

/**
 * Reads the fields of a form that a schema names, each as what the schema takes there: numbers and `true` or `false` from text, lists of fields that repeat,
 * objects of JSON. One schema then serves forms and JSON bodies. Other fields of the form are passed over.
 * @param schema must not insist on fields that may come behind the file
 * @throws what `schema` throws
 */
export function readFields<Schema extends z.ZodObject>(form: FormFields, schema: Schema): z.output<Schema> {
  const values: JsonObject = {}
  for (const name of Object.keys(schema.shape)) {
    if (form.all(name).length === 0) continue
    values[name] = fieldValue(schema, name, {
      all: form.all(name),
      one: () => form.get(name) ?? '',
      json: () => form.json(name) ?? null,
    })
  }
  return schema.parse(values)
}
