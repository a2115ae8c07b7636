import { scopeOf } from '../auth/demand-scope.ts'
import type { PreparedProfile } from '../operations/exchange.ts'
import { type Operation, operationNames, operations } from '../profile/operation.ts'
import type { Template } from '../routing/template.ts'
import { headerParameters, ownCodes } from './demands.ts'
import { type Described, describing } from './described.ts'
import { descriptions } from './descriptions/descriptions.ts'
import { type ErrorAnswers, errorAnswers } from './error-answers.ts'
import { withExamples } from './examples.ts'
import { idShape } from './id-shape.ts'
import { jsonSchema } from './json-schema.ts'
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter, OpenApiResponse, PathItem } from './open-api-document.ts'
import { derivativeNames } from './request-bodies.ts'
import { securitySchemes } from './security.ts'

export interface DocumentOptions {
  /** Where the paths begin: an origin, a mount path, or both; `/` for neither. */
  readonly serverUrl: string
  /** Operations that somebody without credentials may be allowed. */
  readonly anonymous: ReadonlySet<Operation>
}

/** Describes what a profile offers. */
export function openApiDocument(prepared: PreparedProfile, { serverUrl, anonymous }: DocumentOptions): OpenApiDocument {
  const api = describing(prepared)
  const errors = errorAnswers(api)
  const schemes = securitySchemes(prepared.profile.authenticate)
  const security = (operation: Operation) =>
    securityOf(Object.keys(schemes), scopeOf(prepared.profile, operation), anonymous.has(operation))
  const paths = pathsOf(api, (operation, template) => ({
    ...operationOf(api, errors, { operation, template }),
    ...(operations[operation].asks !== null && { security: security(operation) }),
  }))
  const { title = titleOf(api.kind.name), version = '1.0.0', description } = api.own
  return {
    openapi: '3.1.1',
    info: { title, version, ...(description !== undefined && { description }) },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: api.schemas,
      responses: errors.responses,
      ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }),
    },
  }
}

/** `team-file` is `Team file API`. */
function titleOf(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1).replaceAll('-', ' ')} API`
}

function securityOf(
  schemes: readonly string[],
  scope: string | undefined,
  anonymous: boolean,
): NonNullable<OpenApiOperation['security']> {
  const scopes = scope === undefined ? [] : [scope]
  return [...schemes.map(scheme => ({ [scheme]: scopes })), ...(anonymous && schemes.length > 0 ? [{}] : [])]
}

type Describer = (operation: Operation, template: Template) => OpenApiOperation

/** Paths that differ in nothing but the names of their parameters are one path in OpenAPI. */
function pathsOf({ prepared: { templates, methods } }: Described, describe: Describer): OpenApiDocument['paths'] {
  const byShape = new Map<string, { readonly template: Template; readonly item: Record<string, OpenApiOperation> }>()
  for (const operation of operationNames) {
    const [template, method] = [templates[operation], methods[operation]]
    if (template === undefined || method === undefined) continue
    const shape = template.segments.map(segment => segment.literal ?? `:${segment.suffix}`).join('/')
    const path = byShape.get(shape) ?? { template, item: {} }
    byShape.set(shape, path)
    path.item[method.toLowerCase()] = describe(operation, path.template)
  }
  return Object.fromEntries([...byShape.values()].map(({ template, item }) => [pathOf(template), item as PathItem]))
}

function pathOf({ segments }: Template): string {
  return `/${segments.map(segment => segment.literal ?? `{${segment.param}}${segment.suffix}`).join('/')}`
}

interface Door {
  readonly operation: Operation
  readonly template: Template
}

function operationOf(api: Described, errors: ErrorAnswers, { operation, template }: Door): OpenApiOperation {
  const description = descriptions[operation]
  const { summary, details, query, body, answers } = description
  const parameters = [
    ...template.params.map(name => pathParameter(api, name)),
    ...(query?.(api) ?? []),
    ...headerParameters(api, description),
  ]
  const requestBody = body?.(api) ?? null
  return withExamples(api, operation, {
    operationId: operation,
    summary,
    ...(details !== undefined && { description: details }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== null && { requestBody }),
    responses: { ...withStatus(api, operation, answers(api)), ...errors.of(operation, ownCodes(api, description)) },
  })
}

/** Where `present` gives the first of the answers another status. */
function withStatus({ own }: Described, operation: Operation, answers: Readonly<Record<number, OpenApiResponse>>) {
  const status = own.status?.[operation]
  const [first, ...others] = Object.entries(answers)
  return status === undefined || first === undefined ? answers : Object.fromEntries([[String(status), first[1]], ...others])
}

const parts: Readonly<Record<string, string>> = {
  id: 'Id of the asset.',
  filename: 'Filename of the asset.',
  slug: 'Slug of the asset.',
  token: 'The signed token of a link.',
  name: 'Name of the picture.',
  uploadId: 'Id of the upload.',
}

function pathParameter(api: Described, name: string): OpenApiParameter {
  const names = name === 'name' ? derivativeNames(api) : []
  const description = parts[name]
  return {
    name,
    in: 'path',
    required: true,
    ...(description !== undefined && { description }),
    schema:
      name === 'id' ? jsonSchema(idShape(api.kind), 'input', '#') : { type: 'string', ...(names.length > 0 && { enum: names }) },
  }
}
