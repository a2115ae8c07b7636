import type { Task } from '../pool/task.ts'
import { readText, type TextFacts, type TextLimits } from '../processors/text/text-reader.ts'

const task: Task<TextLimits, TextFacts> = readText
export default task
