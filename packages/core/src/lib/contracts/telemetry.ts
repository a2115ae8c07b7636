/** Few values each, chosen by programs: they become labels of metrics. Names as in OpenTelemetry, such as `http.route`. */
export type ActivityAttributes = Readonly<Record<string, string | number | boolean>>

/** Something whose duration and outcome are told. */
export interface Activity {
  readonly area: 'storage' | 'asset' | 'http' | 'job'
  /** What is done: a word from a short, fixed list, or a route's template. Never a key, a path, or anything that users wrote. */
  readonly name: string
  readonly attributes?: ActivityAttributes
  /** How long it waited in a queue before, in milliseconds. */
  readonly waitedMs?: number
  /** Headers of the request that it answers, which may say what it is part of. */
  readonly header?: (name: string) => string | null
}

export interface ActivityEnd {
  /** What it failed with. Absent: it did not fail. */
  readonly error?: unknown
  /** Bytes of the content that went through, where it is about bytes. */
  readonly bytes?: number
  /** Known only at the end, such as an HTTP status. */
  readonly attributes?: ActivityAttributes
}

export interface StartedActivity {
  /** Runs `work` such that activities that begin in it belong to this one. */
  within<T>(work: () => T): T
  /** Once; further calls do nothing. */
  end(end?: ActivityEnd): void
}

/**
 * Is told what Stowage does, for tracing and metrics. `@stowage/telemetry` makes one for OpenTelemetry.
 *
 * The implementer guarantees: nothing throws, and nothing waits.
 */
export interface Telemetry {
  start(activity: Activity): StartedActivity
  /** Something that happened, such as a retry. */
  count(name: string, attributes?: ActivityAttributes): void
  /** How many wait in a queue of this process by now. */
  queue(name: string, waiting: number): void
}
