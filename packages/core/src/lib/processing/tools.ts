import type { ServiceDeps } from '../assets/service.ts'
import type { Logger } from '../contracts/runtime.ts'
import type { BoundKind, ProcessingOptions } from '../kinds/kind.ts'

type Deps = Pick<ServiceDeps, 'processors' | 'transformer' | 'scanner' | 'logger'>

/** What looks at files of this type, in this kind, once they are stored; in the order in which it does. */
export interface Tools {
  readonly scanner: ServiceDeps['scanner']
  readonly processors: ServiceDeps['processors']
  /** Names of the kind's derivatives. */
  readonly derivatives: readonly string[]
}

/** What the kind says of processing. */
export const optionsOf = ({ processing }: Pick<BoundKind, 'processing'>): ProcessingOptions => processing || {}

export function toolsFor(deps: Deps, { processing }: BoundKind, contentType: string): Tools {
  const { scanner, logger, transformer } = deps
  if (processing === false) return { scanner, processors: [], derivatives: [] }
  const names = Object.keys(processing?.derivatives ?? {})
  const draws = names.length > 0 && transformer !== null && accepts(logger, transformer, contentType)
  const processors = deps.processors.filter(processor => accepts(logger, processor, contentType))
  return { scanner, processors, derivatives: draws ? names : [] }
}

/** How the processing of new bytes begins. */
export function firstProcessing(deps: Deps, kind: BoundKind, contentType: string): 'none' | 'pending' {
  if (deps.scanner) return 'pending'
  const { processors, derivatives } = toolsFor(deps, kind, contentType)
  return processors.length + derivatives.length > 0 ? 'pending' : 'none'
}

interface Choosy {
  readonly name: string
  accepts(contentType: string): boolean
}

/** One that can't say whether it takes a file doesn't get it, and costs nobody the upload. */
function accepts(logger: Logger, tool: Choosy, contentType: string): boolean {
  try {
    return tool.accepts(contentType)
  } catch (error) {
    logger.error('A processor or transformer could not say whether it accepts a type.', { name: tool.name, contentType, error })
    return false
  }
}
