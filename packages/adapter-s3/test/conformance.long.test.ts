import { conformance } from './conformance.ts'

conformance('costly')
