import type { JsonSchema } from '../open-api-document.ts'
import { type Html, html, prose } from './html.ts'

/** How deep objects inside objects are shown in place. */
const MAX_DEPTH = 4

/** What a schema says in a line. */
export function typeHtml(schema: JsonSchema): Html {
  const { $ref, anyOf, oneOf, enum: values, const: only, items } = schema
  if (typeof $ref === 'string') return refHtml($ref)
  const branches = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined
  if (branches !== undefined && schema.properties === undefined) return joined(branches.map(typeHtml), ' or ')
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`
  if (Array.isArray(values))
    return joined(
      values.map(value => html`<code>${String(value)}</code>`),
      ' | ',
    )
  if (schema.type === 'array') return html`array of ${typeHtml((items as JsonSchema | undefined) ?? {})}${limitsHtml(schema)}`
  return html`${typeName(schema)}${limitsHtml(schema)}`
}

function refHtml(ref: string): Html {
  const name = ref.split('/')[3] ?? ref
  return html`<a href="#schema-${name}">${name}</a>`
}

function typeName({ type, format, contentMediaType }: JsonSchema): string {
  if (contentMediaType !== undefined) return 'bytes'
  const name = Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'any'
  return typeof format === 'string' ? `${name} (${format})` : name
}

const limits: Readonly<Record<string, string>> = {
  minimum: 'from',
  maximum: 'to',
  exclusiveMinimum: 'above',
  exclusiveMaximum: 'below',
  minLength: 'at least',
  maxLength: 'at most',
  minItems: 'at least',
  maxItems: 'at most',
  pattern: 'like',
  default: 'default',
}
const units: Readonly<Record<string, string>> = {
  minLength: ' characters',
  maxLength: ' characters',
  minItems: ' items',
  maxItems: ' items',
}

function limitsHtml(schema: JsonSchema): Html | null {
  // What a format says in a word need not be said in signs.
  const worth = Object.entries(limits).filter(([keyword]) => keyword !== 'pattern' || schema.format === undefined)
  const found = worth.filter(([keyword]) => schema[keyword] !== undefined)
  if (found.length === 0) return null
  const said = found.map(([keyword, word]) => html`${word} <code>${String(schema[keyword])}</code>${units[keyword] ?? ''}`)
  return html`<span class="limits">, ${joined(said, ', ')}</span>`
}

function joined(parts: readonly Html[], between: string | Html): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html`${between}${part}`))}`
}

/** A schema in full: members in a list, and what each may be. */
export function schemaHtml(schema: JsonSchema, depth = 0): Html {
  const { properties, required } = schema
  const branches = (schema.oneOf ?? schema.anyOf) as readonly JsonSchema[] | undefined
  if (properties === undefined && branches?.some(({ properties: inner }) => inner !== undefined)) {
    return joined(
      branches.map(branch => schemaHtml(branch, depth)),
      html`<p class="type">or</p>`,
    )
  }
  if (typeof properties !== 'object' || properties === null) return html`<p class="type">${typeHtml(schema)}</p>`
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  const rows = Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(([name, member]) => {
    const inner = innerObject(member)
    return html`<dt><code>${name}</code>${needed.includes(name) ? html` <em>required</em>` : null}</dt>
<dd>${typeHtml(member)}${descriptionOf(member)}${inner === null || depth >= MAX_DEPTH ? null : schemaHtml(inner, depth + 1)}</dd>
`
  })
  return html`<dl>${rows}</dl>`
}

function descriptionOf({ description }: JsonSchema): Html | null {
  return typeof description === 'string' ? html`<br>${prose(description)}` : null
}

/** An object that stands in place, alone or as the items of a list. */
function innerObject(schema: JsonSchema): JsonSchema | null {
  if (schema.properties !== undefined) return schema
  const { items } = schema
  return typeof items === 'object' && items !== null ? innerObject(items as JsonSchema) : null
}
