import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler'
import { limitedHandler } from './limited-handler.ts'

/** How a client is made where none is given. */
export interface ConnectionOptions {
  /** Default: the SDK's own chain (environment, shared files); `us-east-1` where an `endpoint` is given. */
  readonly region?: string
  /** Default: Amazon's for the region. */
  readonly endpoint?: string
  /** Default: the SDK's own chain (environment, shared files, container, instance). */
  readonly credentials?: S3ClientConfig['credentials']
  /** Tries of each request, the first among them. Default 3. */
  readonly maxAttempts?: number
  /**
   * Longest silence in milliseconds: until a connection stands, until an answer begins (beside the time that sending takes at 64 KiB
   * a second), and between two pieces of it. Default 30,000.
   */
  readonly timeoutMs?: number
  /** Agents, for proxies, certificates of one's own or another number of sockets. */
  readonly http?: Pick<NodeHttpHandlerOptions, 'httpAgent' | 'httpsAgent'>
}

export function createClient(
  options: ConnectionOptions,
  settings: { readonly pathStyle: boolean; readonly timeoutMs: number },
): S3Client {
  const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1')
  return new S3Client({
    ...(region !== undefined && { region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    forcePathStyle: settings.pathStyle,
    maxAttempts: options.maxAttempts ?? 3,
    // Digests are ours: see `payload`. The SDK's default adds a trailer that older services store inside the object.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would open a connection of its own for each part.
    expectContinueHeader: false,
    requestHandler: limitedHandler(
      new NodeHttpHandler({ connectionTimeout: settings.timeoutMs, socketTimeout: 0, ...options.http }),
      settings.timeoutMs,
    ),
  })
}
