import { goldenCases } from './golden-cases.ts'
import { transports } from './transports.ts'

for (const transport of transports) goldenCases(transport)
