import type { InspectInput, Inspection, Inspector } from '../contracts/inspector.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import { within } from '../runtime/within.ts'

const MAX_PROPERTIES_BYTES = 16 * 1024
const INSPECT_MS = 5000

export interface Facts {
  readonly width: number | null
  readonly height: number | null
  readonly properties: JsonObject
}

export interface InspectDeps {
  readonly inspectors: readonly Inspector[]
  readonly clock: Clock
  readonly logger: Logger
}

/** Asks each inspector in turn; a later one wins. One that fails, hangs or answers nonsense is logged and passed over. */
export async function inspect(deps: InspectDeps, input: InspectInput): Promise<Facts> {
  let facts: Facts = { width: null, height: null, properties: {} }
  for (const inspector of deps.inspectors) {
    try {
      const asked = Promise.resolve().then(() => inspector.inspect(input))
      const found = await within(deps.clock, INSPECT_MS, `Inspector ${inspector.name}`, asked)
      if (found !== null) facts = joinFacts(facts, found)
    } catch (error) {
      deps.logger.warn('An inspector failed; the file is kept without its facts.', {
        inspector: inspector.name,
        contentType: input.contentType,
        error,
      })
    }
  }
  return facts
}

/** Facts with what was found after them. @throws TypeError, RangeError for what can't be meant */
export function joinFacts(facts: Facts, { width, height, properties }: Inspection): Facts {
  for (const pixels of [width, height]) {
    if (pixels !== undefined && !(Number.isSafeInteger(pixels) && pixels > 0))
      throw new TypeError(`${pixels} is no number of pixels.`)
  }
  const all = { ...facts.properties, ...properties }
  const bytes = Buffer.byteLength(JSON.stringify(all))
  if (bytes > MAX_PROPERTIES_BYTES)
    throw new RangeError(`Its properties have ${bytes} bytes; at most ${MAX_PROPERTIES_BYTES} are kept.`)
  return { width: width ?? facts.width, height: height ?? facts.height, properties: all }
}
