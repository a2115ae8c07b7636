export { type OpenTelemetryOptions, openTelemetry } from './lib/open-telemetry.ts'
