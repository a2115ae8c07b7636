import type { StowageErrorCode } from '@stowage/core/contracts'
import type { Described } from './described.ts'
import type { Description } from './descriptions/description.ts'
import { type AskedHeader, headerParameter } from './headers.ts'
import type { OpenApiParameter } from './open-api-document.ts'

const guards: readonly AskedHeader[] = ['If-None-Match', 'If-Unmodified-Since']
const guarded: readonly StowageErrorCode[] = ['precondition_failed', 'conflict', 'invalid_request']
const demanded: readonly StowageErrorCode[] = ['precondition_required']

/** Headers that an operation looks at, some of which the profile demands. */
export function headerParameters({ prepared: { profile } }: Described, description: Description): readonly OpenApiParameter[] {
  const { headers = [], makes, writes } = description
  const { idempotency, update } = profile
  return [
    ...(makes ? [headerParameter('Idempotency-Key', idempotency?.required === true)] : []),
    ...(writes
      ? [headerParameter('If-Match', update?.requireIfMatch === true), ...guards.map(name => headerParameter(name))]
      : []),
    ...headers.map(name => headerParameter(name)),
  ]
}

/** What an operation refuses for reasons of its own, as far as this profile and its kind give any. */
export function ownCodes({ prepared: { profile }, kind }: Described, description: Description): readonly StowageErrorCode[] {
  const { errors = [], writes } = description
  const known = kind.quota === undefined ? errors.filter(code => code !== 'quota_exceeded') : errors
  if (writes !== true) return known
  return [...known, ...guarded, ...(profile.update?.requireIfMatch === true ? demanded : [])]
}
