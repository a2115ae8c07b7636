import { errorStatus, type StowageErrorCode } from '@stowage/core/contracts'
import { z } from 'zod'
import type { PresentableError } from '../profile/present.ts'
import { titleOf } from './public-error.ts'

/** An error as the house API sends it: RFC 9457 problem details. Described to clients as it stands here. */
export const problemJson = z.object({
  type: z.string().describe('`urn:stowage:problem:` and the code: the same for ever.'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe('What happened, to what, and what to do.'),
  code: z.enum(Object.keys(errorStatus) as [StowageErrorCode, ...StowageErrorCode[]]),
  requestId: z.string().describe('Under which the server has logged it.'),
  field: z.string().describe('The parameter or form field that is at fault.').exactOptional(),
  errors: z
    .array(z.object({ pointer: z.string().describe('RFC 6901'), detail: z.string() }).readonly())
    .readonly()
    .describe('Each thing that is wrong with the body.')
    .exactOptional(),
})

/** An error as the house API sends it: RFC 9457 problem details. */
export type ProblemJson = Readonly<z.output<typeof problemJson>>

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
