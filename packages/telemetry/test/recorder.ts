import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

export interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  /** A sum, or the count and sum of a histogram. */
  readonly value: number | { readonly count: number; readonly sum: number }
}

export interface Recorder {
  spans(): readonly ReadableSpan[]
  /** What each instrument has measured so far, by its name. */
  metrics(): Promise<Readonly<Record<string, readonly Point[]>>>
  close(): Promise<void>
}

/** The real SDK as the process's own, which keeps in memory what it is told. */
export function recorder(): Recorder {
  const spans = new InMemorySpanExporter()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] })
  const meters = new MeterProvider({ readers: [reader] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(tracers)
  metrics.setGlobalMeterProvider(meters)
  return {
    spans: () => spans.getFinishedSpans(),
    async metrics() {
      exporter.reset()
      await meters.forceFlush()
      const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
      const found = scopes.flatMap(({ metrics: all }) => all)
      return Object.fromEntries(
        found.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => ({
            attributes,
            value: typeof value === 'number' ? value : { count: value.count, sum: value.sum ?? 0 },
          })),
        ]),
      )
    },
    async close() {
      await meters.shutdown()
      await tracers.shutdown()
      for (const api of [context, propagation, trace, metrics]) api.disable()
    },
  }
}
