export { type AssetApi, type AssetApiOptions, assetApi, type HttpApi } from './lib/api.ts'
export { bearer, bearerToken, type TokenLookup } from './lib/auth/bearer.ts'
export { type CookieSessions, type CookieSessionsOptions, cookieSessions } from './lib/auth/cookie-sessions.ts'
export { firstOf } from './lib/auth/first-of.ts'
export { type HashedApiKey, type HashedApiKeysOptions, hashApiKey, hashedApiKeys } from './lib/auth/hashed-api-keys.ts'
export type { CsrfRequest } from './lib/auth/same-origin.ts'
export { type SessionApiOptions, sessionApi } from './lib/auth/session-api.ts'
export { type CdnOptions, cdn } from './lib/content/delivery/cdn.ts'
export type { Deliver, Delivery, HandOver, RedirectStatus } from './lib/content/delivery/delivery.ts'
export { type RedirectOptions, redirect } from './lib/content/delivery/redirect.ts'
export type { ProblemJson } from './lib/errors/problem.ts'
export { answerFetch } from './lib/fetch.ts'
export type {
  AssetJson,
  AssetPageJson,
  BulkJson,
  DirectUploadJson,
  LinkJson,
  SignedPartsJson,
  StagedJson,
} from './lib/operations/asset-json.ts'
export { defineProfile } from './lib/profile/define-profile.ts'
export type { Describe } from './lib/profile/describe.ts'
export {
  type Bound,
  boundFilter,
  columnFilter,
  type ListFilter,
  rangeFilters,
  tagsFilter,
} from './lib/profile/list-filter.ts'
export type { ListOptions, SortOptions } from './lib/profile/list-options.ts'
export type { Operation } from './lib/profile/operation.ts'
export {
  cursorPaging,
  noPaging,
  offsetPaging,
  type PagePosition,
  type Paging,
  type PagingLimits,
  pagePaging,
} from './lib/profile/paging.ts'
export type {
  Present,
  PresentableError,
  PresentContext,
  PresentedPage,
  PresentedResult,
  RequestContext,
} from './lib/profile/present.ts'
export type { DeliveryOptions, FieldNames, Profile, ProfileOptions, RateRefusal, UpdateOptions } from './lib/profile/profile.ts'
export { type ReadValue, readBoolean, readDate, readNumber, readOneOf } from './lib/profile/read-value.ts'
export { type Reply, reply } from './lib/profile/reply.ts'
export type { JsonUpload, UploadOptions } from './lib/profile/upload-options.ts'
export type { Authenticate, HttpRequest, RequestPlace } from './lib/request.ts'
export type { FileBody, HttpResponse } from './lib/response.ts'
export type { CorsOptions } from './lib/routing/cors.ts'
export { type SignedObjectsOptions, signedObjects } from './lib/signed-objects/signed-objects.ts'
export type { SignedAccess, SignedStorage } from './lib/signed-objects/signed-storage.ts'
export type { FormFields } from './lib/upload/form-fields.ts'
export { readFields } from './lib/upload/read-fields.ts'
