import type { HttpCase } from '../case.ts'
import { bodyCases } from './body-cases.ts'
import { conditionCases } from './condition-cases.ts'
import { connectionCases } from './connection-cases.ts'
import { deliveryCases } from './delivery-cases.ts'
import { problemCases } from './problem-cases.ts'
import { rangeCases } from './range-cases.ts'
import { recordCases } from './record-cases.ts'
import { refusalCases } from './refusal-cases.ts'

export const cases: readonly HttpCase[] = [
  ...rangeCases,
  ...conditionCases,
  ...bodyCases,
  ...refusalCases,
  ...problemCases,
  ...recordCases,
  ...deliveryCases,
  ...connectionCases,
]
