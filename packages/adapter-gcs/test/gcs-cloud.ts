import { type GcsFaultKind, type GcsRequest, gcsServer } from '@stowage/testkit/gcs'
import type { Cloud } from '../../http/test/clouds/world.ts'
import { storageOn } from './gcs.ts'

const INTERNAL_ERROR = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Try again.</Message></Error>'
const STRIKES: Readonly<Record<Parameters<Cloud['strikeJoining']>[0], GcsFaultKind>> = {
  lost: 'lose-answer',
  'error in 200': { status: 200, body: INTERNAL_ERROR, done: true },
  'not done': 'reset',
}
const isJoining = ({ method, query }: GcsRequest): boolean => method === 'POST' && query.has('uploadId')
const BUCKET = 'direct'

/** A bucket on a server of its own, by the machine's clock. */
export async function openGcsCloud(): Promise<{ cloud: Cloud; close(): Promise<void> }> {
  const server = await gcsServer()
  server.createBucket(BUCKET)
  const cloud: Cloud = {
    at: prefix => ({ storage: storageOn(server, BUCKET, { prefix }), straight: storageOn(server, BUCKET, { prefix }) }),
    fetch: server.fetch,
    outage: () => server.inject({ does: 'reset', times: Number.POSITIVE_INFINITY }),
    strikeJoining: (how, times) => server.inject({ does: STRIKES[how], when: isJoining, times }),
    heal: () => server.heal(),
  }
  return { cloud, close: () => server.close() }
}
