import { startCeph } from './start-ceph.ts'

/** A real S3 server that tests may fill. Each test makes buckets of its own there. */
export interface S3Server {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Right credentials that allow nothing. Null where the server is somebody else's. */
  readonly nobody: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
  /** What the server says it is, such as `ceph version 20.2.4 …`. */
  readonly version: string
}

/** Address of the process that shares one server among all tests of a run. */
const SHARED = 'STOWAGE_TEST_SERVERS'

/**
 * The S3 server of this run: the one that `STOWAGE_TEST_S3=endpoint,key,secret` names; else one that all tests of the run share; else,
 * outside the test runner, one that lives until this process ends.
 * @returns null where none can be had; how to bring one was printed then
 */
export async function s3Server(): Promise<S3Server | null> {
  const given = process.env.STOWAGE_TEST_S3
  if (given) return parse(given)
  const shared = process.env[SHARED]
  if (!shared) return startCeph()
  const response = await fetch(`${shared}/s3`)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as S3Server | null
}

function parse(given: string): S3Server {
  const [endpoint, accessKeyId, secretAccessKey, region = 'us-east-1'] = given.split(',')
  if (!endpoint || !accessKeyId || !secretAccessKey)
    throw new Error('STOWAGE_TEST_S3 is endpoint,key,secret or endpoint,key,secret,region')
  return { endpoint, region, accessKeyId, secretAccessKey, nobody: null, version: endpoint }
}
