import { StowageError } from '@stowage/core/contracts'

/** A name as it stands in a statement. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** @throws StowageError `invalid_request` for a name that PostgreSQL would cut or keep for itself */
export function checkSchema(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,47}$/.test(schema) && !schema.startsWith('pg_')) return schema
  throw new StowageError(
    'invalid_request',
    `A schema can't be called ${JSON.stringify(schema)}: use up to 48 lower-case letters, digits and underscores.`,
  )
}
