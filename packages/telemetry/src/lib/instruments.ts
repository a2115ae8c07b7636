import type { Counter, Gauge, Histogram, Meter, UpDownCounter } from '@opentelemetry/api'
import type { Activity } from '@stowage/core/contracts'

type Area = Activity['area']

/** What an area is measured with. */
export interface Instruments {
  readonly duration: Histogram
  readonly active: UpDownCounter
  readonly bytes: Counter | null
  readonly waited: Histogram | null
}

// Recommended by the semantic conventions for HTTP; uploads and jobs take longer than most requests, hence the last ones.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300]

/** Makes each instrument when it is first used. */
export class AreaInstruments {
  readonly #meter: Meter
  readonly #areas = new Map<Area, Instruments>()
  readonly #counters = new Map<string, Counter>()
  #queues: Gauge | undefined

  constructor(meter: Meter) {
    this.#meter = meter
  }

  of(area: Area): Instruments {
    const present = this.#areas.get(area)
    if (present) return present
    const made = area === 'http' ? httpInstruments(this.#meter) : instrumentsOf(this.#meter, area)
    this.#areas.set(area, made)
    return made
  }

  counter(name: string): Counter {
    const present = this.#counters.get(name)
    if (present) return present
    const made = this.#meter.createCounter(`stowage.${name}`)
    this.#counters.set(name, made)
    return made
  }

  queues(): Gauge {
    this.#queues ??= this.#meter.createGauge('stowage.queue.waiting', {
      description: 'How many wait in a queue of this process.',
    })
    return this.#queues
  }
}

function instrumentsOf(meter: Meter, area: Area): Instruments {
  return {
    duration: duration(meter, `stowage.${area}.duration`),
    active: meter.createUpDownCounter(`stowage.${area}.active`, { description: 'How many are under way.' }),
    bytes:
      area === 'job' ? null : meter.createCounter(`stowage.${area}.bytes`, { unit: 'By', description: 'Bytes of contents.' }),
    waited: area === 'job' ? duration(meter, 'stowage.job.wait.duration') : null,
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
function httpInstruments(meter: Meter): Instruments {
  return {
    duration: duration(meter, 'http.server.request.duration'),
    active: meter.createUpDownCounter('http.server.active_requests', { unit: '{request}' }),
    bytes: meter.createCounter('stowage.http.bytes', { unit: 'By', description: 'Bytes of answers.' }),
    waited: null,
  }
}

const duration = (meter: Meter, name: string): Histogram =>
  meter.createHistogram(name, { unit: 's', advice: { explicitBucketBoundaries: SECONDS } })
