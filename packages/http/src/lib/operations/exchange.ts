import type { Actor, Assets, Kind, LinkedContent, OpenLinkOptions, Space } from '@stowage/core'
import type { Deliver } from '../content/delivery/delivery.ts'
import type { SmallContents } from '../content/small-contents.ts'
import type { PartFailures } from '../errors/part-failures.ts'
import type { ListPlan } from '../list/list-plan.ts'
import type { DescribedApi } from '../openapi/described-api.ts'
import type { Operation } from '../profile/operation.ts'
import type { PresentContext, RequestContext } from '../profile/present.ts'
import type { Profile } from '../profile/profile.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import type { Template } from '../routing/template.ts'
import type { Urls } from '../routing/urls.ts'
import type { JsonSources } from '../upload/json-sources.ts'
import type { FormPlan } from '../upload/multipart-upload.ts'

/** A profile with everything about it that does not depend on a request. */
export interface PreparedProfile {
  readonly profile: Profile
  readonly kind: Kind
  readonly templates: Readonly<Partial<Record<Operation, Template>>>
  /** Null: this process sends the bytes. */
  readonly deliver: Deliver | null
  readonly methods: Readonly<Partial<Record<Operation, string>>>
  readonly list: ListPlan
  readonly form: Omit<FormPlan, 'details'>
  readonly sources: JsonSources
  readonly urls: (mountPath: string) => Urls
  readonly described: DescribedApi
}

/**
 * One request on its way through an operation. Operations see the assets as this actor may use them, and nothing that goes round
 * the policy.
 */
export interface Exchange extends RequestContext {
  readonly request: HttpRequest
  readonly operation: Operation
  readonly params: Readonly<Record<string, string>>
  readonly actor: Actor | null
  readonly space: Space | null
  readonly prepared: PreparedProfile
  readonly assets: Assets
  readonly openLink: (token: string, options: OpenLinkOptions) => Promise<LinkedContent>
  readonly present: PresentContext
  readonly contents: SmallContents
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Begins an answer that tells of failures in parts of it. */
  readonly partFailures: () => PartFailures
}

export type Handler = (exchange: Exchange) => Promise<HttpResponse>
