import {
  type Attributes,
  type Context,
  context,
  type Meter,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Activity, ActivityEnd, StartedActivity, Telemetry } from '@stowage/core/contracts'
import { errorType, isFault } from './error-type.ts'
import { AreaInstruments } from './instruments.ts'

export interface OpenTelemetryOptions {
  /** Default: the global provider's tracer `@stowage/telemetry`. */
  readonly tracer?: Tracer
  /** Default: the global provider's meter `@stowage/telemetry`. Set the SDK up before this is called: meters do not look for it later. */
  readonly meter?: Meter
}

const NAME = '@stowage/telemetry'
const KINDS = { storage: SpanKind.CLIENT, asset: SpanKind.INTERNAL, http: SpanKind.SERVER, job: SpanKind.CONSUMER } as const

/**
 * Tells OpenTelemetry what Stowage does: a span and metrics for each storage call, operation on assets, job and HTTP request. They hold names of
 * operations, kinds, routes and error codes, sizes and durations; never keys, ids, titles, tokens or messages of errors. Without an SDK, nothing is kept.
 * @example createStowage({ …, telemetry: openTelemetry() })
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const { tracer = trace.getTracer(NAME), meter = metrics.getMeter(NAME) } = options
  const instruments = new AreaInstruments(meter)
  return {
    start(activity) {
      const labels = labelsOf(activity)
      const { active, waited } = instruments.of(activity.area)
      active.add(1, labels)
      if (activity.waitedMs !== undefined) waited?.record(Math.max(0, activity.waitedMs) / 1000, labels)
      const parent = parentOf(activity)
      const kind = activity.area === 'http' && trace.getSpan(parent.active) ? SpanKind.INTERNAL : KINDS[activity.area]
      const span = tracer.startSpan(spanName(activity), { kind, attributes: labels }, parent.context)
      return started(span, trace.setSpan(parent.context, span), end => {
        active.add(-1, labels)
        const { duration, bytes } = instruments.of(activity.area)
        const outcome = { ...labels, ...end.attributes, ...(end.error !== undefined && { 'error.type': errorType(end.error) }) }
        duration.record(end.seconds, outcome)
        if (end.bytes !== undefined) bytes?.add(end.bytes, labels)
      })
    },
    count: (name, attributes = {}) => instruments.counter(name).add(1, attributes),
    queue: (name, waiting) => instruments.queues().record(waiting, { 'stowage.queue': name }),
  }
}

/** What belongs to another request's trace says so in its headers, unless whoever called knows better. */
function parentOf({ header }: Activity): { readonly active: Context; readonly context: Context } {
  const active = context.active()
  if (!header || trace.getSpan(active)) return { active, context: active }
  const getter = { get: (_: unknown, name: string) => header(name) ?? undefined, keys: () => [] }
  return { active, context: propagation.extract(active, null, getter) }
}

function spanName({ area, name }: Activity): string {
  return area === 'http' ? name : `${area} ${name}`
}

function labelsOf({ area, name, attributes = {} }: Activity): Attributes {
  return area === 'http' ? attributes : { [area === 'job' ? 'stowage.job.type' : 'stowage.operation']: name, ...attributes }
}

type Ended = ActivityEnd & { readonly seconds: number }

function started(span: Span, within: Context, onEnd: (end: Ended) => void): StartedActivity {
  const begun = performance.now()
  let ended = false
  return {
    within: work => context.with(within, work),
    end(end = {}) {
      if (ended) return
      ended = true
      const { error, bytes, attributes } = end
      if (span.isRecording()) {
        if (attributes) span.setAttributes(attributes)
        if (bytes !== undefined) span.setAttribute('stowage.bytes', bytes)
        if (error !== undefined) span.setAttribute('error.type', errorType(error))
        const isError = error === undefined ? attributes?.['error.type'] !== undefined : isFault(error)
        if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
      onEnd({ ...end, seconds: (performance.now() - begun) / 1000 })
    },
  }
}
