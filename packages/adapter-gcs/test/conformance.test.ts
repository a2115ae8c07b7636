import { conformance } from './conformance.ts'

conformance('others')
