/** Google Cloud Storage on this machine, for tests of whatever uses it. */
export type { ServiceAccount } from './lib/gcs/accounts.ts'
export type { GcsFault, GcsFaultKind, GcsRequest } from './lib/gcs/faults.ts'
export { type GcsServer, type GcsServerOptions, type GcsStorageOptions, gcsServer } from './lib/gcs/gcs-server.ts'
