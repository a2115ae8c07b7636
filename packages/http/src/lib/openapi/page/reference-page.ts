import { createHash } from 'node:crypto'
import type { OpenApiDocument, SecurityScheme } from '../open-api-document.ts'
import { type Html, html, prose } from './html.ts'
import { operationHtml, operationsOf, type PlacedOperation } from './operation-html.ts'
import { schemaHtml } from './schema-html.ts'
import { style } from './style.ts'

/** Nothing runs on the page and nothing is fetched by it: its one style sheet is known by its digest. */
export const referenceHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
} as const

/** The document as one page to read, without script. */
export function referencePage(document: OpenApiDocument): string {
  const { info, servers, components } = document
  const operations = operationsOf(document)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${info.title}</title>
<style>${{ html: style }}</style>
</head>
<body>
${navigation(document, operations)}
<main>
<h1>${info.title}</h1>
<p><small>Version ${info.version}, at <code>${servers[0]?.url ?? '/'}</code></small>${documentLink(operations)}</p>
${info.description === undefined ? null : html`<p>${prose(info.description)}</p>`}
${operations.map(operation => operationHtml(document, operation))}
${credentialsHtml(components.securitySchemes ?? {})}
${Object.entries(components.schemas).map(
  ([name, schema]) => html`<section id="schema-${name}"><h2>${name}</h2>${schemaHtml(schema)}</section>
`,
)}</main>
</body>
</html>
`
  return page.html
}

function navigation({ components }: OpenApiDocument, operations: readonly PlacedOperation[]): Html {
  const toOperations = operations.map(
    ({ method, operation: { operationId, summary } }) =>
      html`<li><a href="#${operationId}"><b class="${method.toLowerCase()}">${method}</b>${summary}</a></li>
`,
  )
  const toSchemas = Object.keys(components.schemas).map(
    name => html`<li><a href="#schema-${name}">${name}</a></li>
`,
  )
  return html`<nav aria-label="Contents">
<ul>${toOperations}</ul>
<ul>${toSchemas}</ul>
</nav>`
}

/** From one of the two to the other, whatever the paths are mounted under. */
function documentLink(operations: readonly PlacedOperation[]): Html | null {
  const pathOf = (id: string) => operations.find(({ operation }) => operation.operationId === id)?.path
  const [from, to] = [pathOf('reference'), pathOf('openapi')]
  if (from === undefined || to === undefined || from.includes('{') || to.includes('{')) return null
  const [above, wanted] = [from.split('/').slice(1, -1), to.split('/').slice(1)]
  const shared = above.findIndex((segment, index) => segment !== wanted[index])
  const common = shared === -1 ? above.length : shared
  const relative = [...above.slice(common).map(() => '..'), ...wanted.slice(common)].join('/')
  return html` · <a href="./${relative}">OpenAPI document</a>`
}

function credentialsHtml(schemes: Readonly<Record<string, SecurityScheme>>): Html | null {
  const rows = Object.entries(schemes).map(
    ([name, scheme]) => html`<dt><code>${name}</code></dt><dd>${schemeText(scheme)}</dd>
`,
  )
  return rows.length === 0 ? null : html`<section id="credentials"><h2>Credentials</h2><dl>${rows}</dl></section>`
}

function schemeText(scheme: SecurityScheme): Html {
  if (scheme.type === 'http') return html`<code>Authorization: ${scheme.scheme} …</code>`
  return html`${{ header: 'Header', query: 'Query parameter', cookie: 'Cookie' }[scheme.in]} <code>${scheme.name}</code>`
}
