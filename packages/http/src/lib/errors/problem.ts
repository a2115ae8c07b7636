import type { StowageErrorCode } from '@stowage/core/contracts'
import type { PresentableError } from '../profile/profile.ts'
import { titleOf } from './public-error.ts'

/** An error as the house API sends it: RFC 9457 problem details. */
export interface ProblemJson {
  /** `urn:stowage:problem:` and the code: the same for ever. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: StowageErrorCode
  readonly requestId: string
  /** The parameter or form field that is at fault. */
  readonly field?: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

export const PROBLEM_TYPE = 'application/problem+json'

export function toProblem(error: PresentableError): ProblemJson {
  const { field } = error.details
  return {
    type: `urn:stowage:problem:${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId: error.requestId,
    ...(typeof field === 'string' && { field }),
    ...(error.errors.length > 0 && { errors: error.errors }),
  }
}
