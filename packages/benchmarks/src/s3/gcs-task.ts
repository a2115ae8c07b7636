import { once } from 'node:events'
import { gcsServer } from '@stowage/testkit/gcs'
import type { GcsAccess } from './gcs-process.ts'

// What it is given lies on disk, in this process' folder for temporary data.
const server = await gcsServer()
const [bucket = ''] = process.argv.slice(2)
server.createBucket(bucket)
const { projectId, universeDomain, credentials } = server.storageOptions()
const ended = once(process, 'disconnect')
process.send?.({ ...server.address, projectId, universeDomain, credentials } satisfies GcsAccess)
await ended
await server.close()
process.exit()
