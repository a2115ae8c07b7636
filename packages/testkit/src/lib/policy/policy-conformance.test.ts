import { describe, it } from 'vitest'
import { policyConformance } from './suite.ts'

policyConformance({ name: 'generated policies, memory', seed: 1 }, { describe, it })
