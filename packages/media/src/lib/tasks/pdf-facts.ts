import type { Task } from '../pool/task.ts'
import { withPdf } from '../processors/pdf/open-pdf.ts'
import { pdfFacts } from '../processors/pdf/pdf-facts.ts'
import type { PdfProperties } from '../processors/pdf/pdf-properties.ts'

const task: Task<object, PdfProperties> = file => withPdf(file, pdfFacts)
export default task
