import { createHash } from 'node:crypto'
import type { Stowage } from '@stowage/core'
import { scopeOf } from '../auth/demand-scope.ts'
import { allows, NOWHERE } from '../missing-space.ts'
import type { PreparedProfile } from '../operations/exchange.ts'
import { type Operation, operationNames, operations } from '../profile/operation.ts'
import { openApiDocument } from './document.ts'
import type { OpenApiDocument } from './open-api-document.ts'
import { referencePage } from './page/reference-page.ts'

/** A text that is the same until the server starts anew. */
export interface FixedText {
  readonly text: string
  /** Strong, quoted. */
  readonly etag: string
}

/** A profile's own description, made when it is first asked for. */
export interface DescribedApi {
  document(mountPath: string): Promise<OpenApiDocument>
  json(mountPath: string): Promise<FixedText>
  page(mountPath: string): Promise<FixedText>
}

export function describedApi(stowage: Stowage, prepared: () => PreparedProfile): DescribedApi {
  let anonymous: ReadonlySet<Operation> | null = null
  const document = async (mountPath: string): Promise<OpenApiDocument> => {
    anonymous ??= await openToAnyone(stowage, prepared())
    const publicUrl = prepared().profile.publicUrl?.replace(/\/+$/, '') ?? ''
    return openApiDocument(prepared(), { serverUrl: `${publicUrl}${mountPath}` || '/', anonymous })
  }
  return {
    document,
    json: lastOne(async mountPath => JSON.stringify(await document(mountPath))),
    page: lastOne(async mountPath => referencePage(await document(mountPath))),
  }
}

/** Remembers the text for the last mount path: there is one, but where routers have parameters in it. */
function lastOne(make: (mountPath: string) => Promise<string>): (mountPath: string) => Promise<FixedText> {
  let last: { readonly mountPath: string; readonly made: FixedText } | null = null
  return async mountPath => {
    if (last?.mountPath === mountPath) return last.made
    const text = await make(mountPath)
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 32)
    last = { mountPath, made: { text, etag: `"${digest}"` } }
    return last.made
  }
}

/** Operations for which the policy might let somebody through who sent no credentials. */
async function openToAnyone(stowage: Stowage, { profile, kind }: PreparedProfile): Promise<ReadonlySet<Operation>> {
  const nobody = stowage.as(null).in({ kind, ...(profile.space !== undefined && { space: NOWHERE }) })
  const open = new Set<Operation>()
  for (const operation of operationNames) {
    const { asks } = operations[operation]
    const scoped = asks === null || scopeOf(profile, operation) !== undefined
    if (!scoped && (await allows(nobody, asks))) open.add(operation)
  }
  return open
}
