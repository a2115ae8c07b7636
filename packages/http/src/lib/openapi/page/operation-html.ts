import type {
  OpenApiBody,
  OpenApiContent,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
  Reference,
} from '../open-api-document.ts'
import { type Html, html, prose } from './html.ts'
import { schemaHtml, typeHtml } from './schema-html.ts'

export interface PlacedOperation {
  readonly method: string
  readonly path: string
  readonly operation: OpenApiOperation
}

/** Every operation of a document, in its order. */
export function operationsOf({ paths }: OpenApiDocument): readonly PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

export function operationHtml(document: OpenApiDocument, { method, path, operation }: PlacedOperation): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses, security } = operation
  return html`<section id="${operationId}">
<h2>${summary}</h2>
<p class="door"><b class="${method.toLowerCase()}">${method}</b> <code>${path}</code></p>
${description === undefined ? null : html`<p>${prose(description)}</p>`}${securityHtml(security)}
${parametersHtml(parameters)}${requestBody === undefined ? null : bodyHtml(requestBody)}
<h3>Answers</h3>
${Object.entries(responses).map(([status, response]) => responseHtml(status, resolved(document, response)))}</section>
`
}

function securityHtml(security: OpenApiOperation['security'] = []): Html | null {
  const named = security.flatMap(scheme => Object.entries(scheme))
  if (named.length === 0) return null
  const optional = security.some(scheme => Object.keys(scheme).length === 0)
  const ways = named.map(([scheme, scopes], index) => {
    const scope = scopes.length === 0 ? null : html` with the scope ${scopes.map(one => html`<code>${one}</code>`)}`
    return html`${index === 0 ? '' : ' or '}<a href="#credentials"><code>${scheme}</code></a>${scope}`
  })
  return html`<p>Credentials: ${ways}${optional ? '; some of it is open without' : ''}.</p>`
}

const places = { path: 'in the path', query: 'in the query', header: 'header' } as const

function parametersHtml(parameters: readonly OpenApiParameter[]): Html | null {
  if (parameters.length === 0) return null
  const rows = parameters.map(
    ({ name, in: place, required = false, description, schema = {}, content }) =>
      html`<dt><code>${name}</code> <small>${places[place]}</small>${required ? html` <em>required</em>` : null}</dt>
<dd>${content === undefined ? typeHtml(schema) : html`JSON: ${typeHtml(content['application/json'].schema)}`}${description === undefined ? null : html`<br>${prose(description)}`}</dd>
`,
  )
  return html`<details><summary>Parameters <small>${parameters.length}</small></summary><dl>${rows}</dl></details>
`
}

function bodyHtml({ content, required }: OpenApiBody): Html {
  return html`<h3>Body${required ? null : html` <small>may be left out</small>`}</h3>
${contentsHtml(content)}`
}

function responseHtml(status: string, { description, headers = {}, content = {} }: OpenApiResponse): Html {
  const names = Object.entries(headers).map(
    ([name, header]) => html`<dt><code>${name}</code> <small>header</small></dt><dd>${prose(header.description)}</dd>`,
  )
  return html`<details class="answer"><summary><b class="s${status.slice(0, 1)}">${status}</b> ${prose(description)}</summary>
${names.length === 0 ? null : html`<dl>${names}</dl>`}${contentsHtml(content)}</details>
`
}

/** Types of the same schema stand together. */
function contentsHtml(contents: Readonly<Record<string, OpenApiContent>>): Html {
  const groups = Map.groupBy(Object.entries(contents), ([, content]) => JSON.stringify(content))
  return html`${[...groups.values()].map(group => {
    const types = group.map(([type], index) => html`${index === 0 ? '' : ', '}<code>${type}</code>`)
    const [, content] = group[0] as (typeof group)[number]
    return html`<div class="content"><p>${types}</p>${schemaHtml(content.schema)}${examplesHtml(content)}</div>
`
  })}`
}

function examplesHtml({ examples = {} }: OpenApiContent): Html {
  const shown = Object.values(examples).map(
    ({ value }) => html`<pre>${JSON.stringify(value, null, 2)}</pre>
`,
  )
  return html`${shown}`
}

function resolved({ components }: OpenApiDocument, response: OpenApiResponse | Reference): OpenApiResponse {
  if (!('$ref' in response)) return response
  return components.responses[response.$ref.split('/').at(-1) ?? ''] ?? { description: '' }
}
