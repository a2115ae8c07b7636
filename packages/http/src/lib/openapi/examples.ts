import type { StowageErrorCode } from '@stowage/core/contracts'
import { z } from 'zod'
import type { Operation } from '../profile/operation.ts'
import type { Present } from '../profile/present.ts'
import type { Described } from './described.ts'
import { houseExamples } from './house-examples.ts'
import { hasUuids } from './id-shape.ts'
import type { OpenApiContent, OpenApiOperation, OpenApiResponse } from './open-api-document.ts'

/** What the house API was sent and has answered, recorded by a test. */
export interface HouseExamples {
  readonly answers: Readonly<Partial<Record<Operation, { readonly status: number; readonly body: unknown }>>>
  readonly requests: Readonly<Partial<Record<Operation, unknown>>>
  readonly errors: Readonly<Partial<Record<StowageErrorCode, unknown>>>
}

/** Shapes that the answer of an operation is made of. */
const shapes: Readonly<Partial<Record<Operation, readonly (keyof Present)[]>>> = {
  list: ['page', 'asset'],
  generate: ['generated', 'asset'],
  link: ['link'],
  stage: ['staged'],
  beginUpload: ['directUpload'],
  readUpload: ['directUpload'],
  readResumable: ['resumableUpload'],
  presignParts: ['signedParts'],
  bulkDelete: ['bulk', 'error'],
  bulkTag: ['bulk', 'error'],
}
const OF_ASSETS: readonly (keyof Present)[] = ['asset']

/** Adds what the house API was asked and has answered, where this profile would be asked and would answer alike. */
export function withExamples(api: Described, operation: Operation, described: OpenApiOperation): OpenApiOperation {
  const { requestBody, responses } = described
  const answer = answersAlike(api, operation) ? houseExamples.answers[operation] : undefined
  const request = asksAlike(api, operation) ? houseExamples.requests[operation] : undefined
  const response = answer && (responses[answer.status] as OpenApiResponse | undefined)
  return {
    ...described,
    ...(requestBody && { requestBody: { ...requestBody, content: withJson(requestBody.content, request) } }),
    ...(answer &&
      response?.content && {
        responses: {
          ...responses,
          [answer.status]: { ...response, content: withJson(response.content, ofKind(api.kind.name, answer.body)) },
        },
      }),
  }
}

function withJson(content: Readonly<Record<string, OpenApiContent>>, value: unknown): Readonly<Record<string, OpenApiContent>> {
  const isJson = (type: string) => type === 'application/json' || type.endsWith('+json')
  if (value === undefined) return content
  return Object.fromEntries(
    Object.entries(content).map(([type, one]) => [type, isJson(type) ? { ...one, examples: { house: { value } } } : one]),
  )
}

function answersAlike(api: Described, operation: Operation): boolean {
  const { present = {} } = api.prepared.profile
  const parts = shapes[operation] ?? OF_ASSETS
  if (parts.some(part => present[part] !== undefined || api.own[part as 'asset'] !== undefined)) return false
  if (!parts.includes('asset')) return true
  return hasPlainAssets(api) && (operation !== 'list' || api.prepared.list.total === 'none')
}

/** The recorded assets have no declared fields, and ids as they are where a kind says nothing of them. */
function hasPlainAssets({ kind }: Described): boolean {
  return hasUuids(kind) && z.object(kind.shape as z.core.$ZodShape).safeParse({}).success
}

function asksAlike({ prepared: { profile }, kind }: Described, operation: Operation): boolean {
  const { upload, update } = profile
  if (operation === 'update') return update?.patch === undefined && update?.members === undefined
  if (operation === 'beginUpload' && upload?.details !== undefined) return false
  if (operation === 'upload' && (upload?.fields ?? upload?.details ?? upload?.urlField) !== undefined) return false
  return z.object(kind.shape as z.core.$ZodShape).safeParse({}).success
}

/** The recorded answer, about assets of another kind. */
function ofKind(name: string, body: unknown): unknown {
  if (Array.isArray(body)) return body.map(item => ofKind(name, item))
  if (typeof body !== 'object' || body === null) return body
  const named = 'items' in body ? { ...body, items: ofKind(name, body.items) } : body
  return 'kind' in named ? { ...named, kind: name } : named
}

/** Examples of refusals by their code; null where there are none, or the profile gives its errors another form. */
export function exampleErrors(
  api: Described,
  codes: readonly StowageErrorCode[],
): NonNullable<OpenApiContent['examples']> | null {
  if (api.prepared.profile.present?.error !== undefined || api.own.error !== undefined) return null
  const known = codes.flatMap(code => {
    const value = houseExamples.errors[code]
    return value === undefined ? [] : [[code, { value }] as const]
  })
  return known.length === 0 ? null : Object.fromEntries(known)
}
