import type { ServiceDeps } from '../assets/service.ts'
import type { Clock, EventSink, Logger } from '../contracts/runtime.ts'

/** Tells a sink of what happened; a sink that fails disturbs nobody. */
export function emitter(events: EventSink, clock: Clock, logger: Logger): ServiceDeps['emit'] {
  return (type, { kind, space, id, version }, details) => {
    try {
      events.emit({ type, kind, space, assetId: id, version, at: clock.now(), ...details })
    } catch (error) {
      logger.error('An event sink failed.', { type, error })
    }
  }
}
