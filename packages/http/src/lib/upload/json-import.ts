import type { AssetDetails, ImportInput } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import type { HttpRequest } from '../request.ts'

export interface ImportPlan {
  /** Member that holds the URL. */
  readonly urlField: string
  /** Other members that are taken. */
  readonly members: readonly string[]
  readonly maxJsonBytes: number
  readonly details: (body: JsonObject) => AssetDetails
}

/** Reads an upload that is no file but says where one lies. @throws StowageError `invalid_request`, `unprocessable`, `content_too_large` */
export async function readJsonImport(request: HttpRequest, plan: ImportPlan): Promise<ImportInput> {
  const { urlField, members, maxJsonBytes } = plan
  const body = await readJsonObject(request, { types: ['application/json'], maxBytes: maxJsonBytes })
  refuseUnknownMembers(body, [urlField, ...members])
  const { [urlField]: url, ...rest } = body
  if (url === undefined || url === null) {
    throw new StowageError('invalid_request', `The body names no file: give its URL in "${urlField}".`, {
      details: { field: urlField },
    })
  }
  // What it must be is said by the service, which checks it with the rest.
  return { ...plan.details(rest), url: url as string, signal: request.signal }
}
