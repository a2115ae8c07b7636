/** A JSON Schema of draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What an asset API offers, as OpenAPI 3.1 has it. @see https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, OpenApiResponse>>
    readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  }
}

export type PathItem = Readonly<Partial<Record<'get' | 'head' | 'put' | 'post' | 'delete' | 'patch', OpenApiOperation>>>

export interface OpenApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly OpenApiParameter[]
  readonly requestBody?: OpenApiBody
  readonly responses: Readonly<Record<string, OpenApiResponse | Reference>>
  /** Each is enough; an empty one means that nothing need be sent. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}

export interface OpenApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly description?: string
  readonly required?: boolean
  /** Absent where the value is JSON. */
  readonly schema?: JsonSchema
  readonly content?: { readonly 'application/json': { readonly schema: JsonSchema } }
}

export interface OpenApiBody {
  readonly required: boolean
  readonly content: Readonly<Record<string, OpenApiContent>>
}

export interface OpenApiContent {
  readonly schema: JsonSchema
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
  readonly encoding?: Readonly<Record<string, { readonly contentType: string }>>
}

export interface OpenApiResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, OpenApiHeader>>
  readonly content?: Readonly<Record<string, OpenApiContent>>
}

export interface OpenApiHeader {
  readonly description: string
  readonly schema: JsonSchema
}

export interface Reference {
  readonly $ref: string
}

export type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
