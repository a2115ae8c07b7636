export type { FetchBinding, HttpBackend, HttpHarness, OpenBinding, SocketBinding, TestRunner } from './lib/http/harness.ts'
export { httpConformance } from './lib/http/suite.ts'
