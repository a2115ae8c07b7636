import type { Activity, ActivityEnd, Telemetry } from '../contracts/telemetry.ts'

/** Does `work` and tells of it, where anybody wants to be told. @param describe what to say of a result */
export async function observe<T>(
  telemetry: Telemetry | null,
  activity: Activity,
  work: () => Promise<T>,
  describe?: (result: T) => ActivityEnd,
): Promise<T> {
  if (!telemetry) return work()
  const started = telemetry.start(activity)
  try {
    const result = await started.within(work)
    started.end(describe?.(result))
    return result
  } catch (error) {
    started.end({ error })
    throw error
  }
}
