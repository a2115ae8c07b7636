import { httpConformance } from '@stowage/testkit/http'
import { describe, it } from 'vitest'
import { overFetch, overNode } from './golden-transports.ts'

httpConformance(overFetch, { describe, it })
httpConformance(overNode, { describe, it })
