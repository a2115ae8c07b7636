import type { HttpCase } from '../case.ts'
import { bodyCases } from './body-cases.ts'
import { browserCases } from './browser-cases.ts'
import { cacheCases } from './cache-cases.ts'
import { conditionCases } from './condition-cases.ts'
import { connectionCases } from './connection-cases.ts'
import { createdCases } from './created-cases.ts'
import { directCases } from './direct-cases.ts'
import { idempotencyCases } from './idempotency-cases.ts'
import { importCases } from './import-cases.ts'
import { limitCases } from './limit-cases.ts'
import { linkCases } from './link-cases.ts'
import { nameCases } from './name-cases.ts'
import { pictureCases } from './picture-cases.ts'
import { problemCases } from './problem-cases.ts'
import { rangeCases } from './range-cases.ts'
import { recordCases } from './record-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { repeatedCases } from './repeated-cases.ts'
import { creationCases } from './resumable/creation-cases.ts'
import { lifetimeCases } from './resumable/lifetime-cases.ts'
import { protocolCases } from './resumable/protocol-cases.ts'
import { transformCases } from './transform-cases.ts'

export const cases: readonly HttpCase[] = [
  ...rangeCases,
  ...conditionCases,
  ...limitCases,
  ...bodyCases,
  ...refusalCases,
  ...problemCases,
  ...recordCases,
  ...nameCases,
  ...browserCases,
  ...cacheCases,
  ...linkCases,
  ...importCases,
  ...createdCases,
  ...directCases,
  ...creationCases,
  ...protocolCases,
  ...lifetimeCases,
  ...idempotencyCases,
  ...pictureCases,
  ...transformCases,
  ...connectionCases,
  ...repeatedCases,
]
