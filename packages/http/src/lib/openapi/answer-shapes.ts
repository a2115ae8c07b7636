import { z } from 'zod'
import { PROBLEM_TYPE, problemJson } from '../errors/problem.ts'
import {
  assetJson,
  bulkJson,
  directUploadJson,
  linkJson,
  resumableJson,
  signedPartsJson,
  stagedJson,
  totalJson,
} from '../operations/asset-json.ts'
import type { Describe } from '../profile/describe.ts'
import type { Present } from '../profile/present.ts'
import { type Described, fieldsSchema, namedShape } from './described.ts'
import { idShape } from './id-shape.ts'
import { jsonSchema } from './json-schema.ts'
import type { JsonSchema } from './open-api-document.ts'

/** Any JSON: all that can be said of an answer that a profile makes and does not describe. */
const ANY: JsonSchema = {}

type Part = keyof Present & keyof Describe

/** What `describe` says of an answer; else nothing, where `present` makes it; else the house form. */
function answered(api: Described, part: Part, name: string, house: () => JsonSchema): JsonSchema {
  const own = api.own[part]
  if (own !== undefined) return namedShape(api, name, 'output', own)
  return api.prepared.profile.present?.[part] === undefined ? house() : ANY
}

export function assetSchema(api: Described): JsonSchema {
  return answered(api, 'asset', 'Asset', () => api.named('Asset', at => houseAsset(api, at)))
}

function houseAsset(api: Described, at: string): JsonSchema {
  const { kind } = api
  const shape = assetJson.extend({ kind: z.literal(kind.name), id: idShape(kind) })
  const schema = jsonSchema(shape, 'output', at)
  return { ...schema, properties: { ...(schema.properties as object), fields: fieldsSchema(api, 'output') } }
}

export function generatedSchema(api: Described): JsonSchema {
  return answered(api, 'generated', 'GeneratedAsset', () => assetSchema(api))
}

export function pageSchema(api: Described): JsonSchema {
  const counts = api.prepared.list.total !== 'none'
  return answered(api, 'page', 'AssetPage', () =>
    api.named('AssetPage', at => ({
      type: 'object',
      properties: {
        items: { type: 'array', items: assetSchema(api) },
        cursor: { type: ['string', 'null'], description: 'Null on the last page.' },
        ...(counts && { total: jsonSchema(totalJson, 'output', `${at}/properties/total`) }),
      },
      required: ['items', 'cursor', ...(counts ? ['total'] : [])],
    })),
  )
}

export function stagedSchema(api: Described): JsonSchema {
  return answered(api, 'staged', 'StagedFile', () => namedShape(api, 'StagedFile', 'output', stagedJson))
}

export function directUploadSchema(api: Described): JsonSchema {
  return answered(api, 'directUpload', 'DirectUpload', () =>
    api.named('DirectUpload', at => {
      const schema = jsonSchema(directUploadJson, 'output', at)
      const asset = { anyOf: [assetSchema(api), { type: 'null' }] }
      return { ...schema, properties: { ...(schema.properties as object), asset } }
    }),
  )
}

export function resumableSchema(api: Described): JsonSchema {
  return answered(api, 'resumableUpload', 'ResumableUpload', () =>
    api.named('ResumableUpload', at => {
      const schema = jsonSchema(resumableJson, 'output', at)
      const asset = { anyOf: [assetSchema(api), { type: 'null' }] }
      return { ...schema, properties: { ...(schema.properties as object), asset } }
    }),
  )
}

export function signedPartsSchema(api: Described): JsonSchema {
  return answered(api, 'signedParts', 'SignedParts', () => namedShape(api, 'SignedParts', 'output', signedPartsJson))
}

export function linkSchema(api: Described): JsonSchema {
  return answered(api, 'link', 'Link', () => namedShape(api, 'Link', 'output', linkJson))
}

function errorSchema(api: Described): JsonSchema {
  return answered(api, 'error', 'Error', () => namedShape(api, 'Problem', 'output', problemJson))
}

/** The body of an error. */
export function errorContent<Extra extends object>(api: Described, extra?: Extra | null) {
  const type = api.prepared.profile.present?.error === undefined ? PROBLEM_TYPE : 'application/json'
  return { [type]: { schema: errorSchema(api), ...extra } }
}

export function bulkSchema(api: Described): JsonSchema {
  return answered(api, 'bulk', 'BulkResults', () => namedShape(api, 'BulkResults', 'output', bulkJson))
}
