import type { S3Server } from '@stowage/servers'
import type { Cloud } from '../../http/test/clouds/world.ts'
import type { Fault, Seen } from './fault-proxy.ts'
import { openBucket } from './opened.ts'

const INTERNAL_ERROR = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Try again.</Message></Error>'
const STRIKES: Readonly<Record<Parameters<Cloud['strikeJoining']>[0], Fault>> = {
  lost: { type: 'lose' },
  'error in 200': { type: 'replace', status: 200, body: INTERNAL_ERROR },
  'not done': { type: 'reset' },
}
const isJoining = ({ method, query }: Seen): boolean => method === 'POST' && query.has('uploadId')

/** A bucket behind a proxy that breaks what it is told to. */
export async function openS3Cloud(server: S3Server): Promise<{ cloud: Cloud; close(): Promise<void> }> {
  const opened = await openBucket(server)
  const { proxy, bucket, through } = opened
  const cloud: Cloud = {
    at: prefix => ({ storage: through({ prefix }), straight: through({ prefix, endpoint: bucket.options.endpoint ?? '' }) }),
    fetch,
    outage() {
      proxy.rule = () => ({ type: 'reset' })
    },
    strikeJoining(how, times) {
      let left = times
      proxy.rule = seen => (left > 0 && isJoining(seen) && left-- > 0 ? STRIKES[how] : null)
    },
    heal() {
      proxy.rule = null
    },
  }
  return { cloud, close: () => opened.close() }
}
