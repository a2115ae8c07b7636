import type { S3Quirks } from './quirks.ts'

/** What commands have in common that middleware is added to. */
interface Stack {
  readonly middlewareStack: {
    add(middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>, options: object): void
  }
}

interface Request {
  readonly request: { readonly headers: Record<string, string> }
}
interface Answer {
  readonly response: { readonly headers?: Record<string, string> }
  readonly output: object
}

/** Sends headers that the SDK has no name for. They are signed like the others. */
export function withHeaders<C extends Stack>(command: C, headers: Readonly<Record<string, string>>): C {
  const middleware = (next: (args: Request) => Promise<unknown>) => (args: Request) => {
    Object.assign(args.request.headers, headers)
    return next(args)
  }
  command.middlewareStack.add(middleware as never, { step: 'build', name: 'stowageHeaders' })
  return command
}

/**
 * Has the service verify the body against this digest: bytes that changed on the way are refused. Where it keeps the digest, the header that
 * says so is signed, and one of the whole body would have it compute the same twice; else the digest is signed itself. The SDK would
 * compute it otherwise, over the whole body at once.
 */
export function withPayload<C extends Stack>(command: C, sha256: Buffer, { kept }: { readonly kept: boolean }): C {
  return withHeaders(command, { 'x-amz-content-sha256': kept ? 'UNSIGNED-PAYLOAD' : sha256.toString('hex') })
}

/** The digest that the service is to keep beside the bytes. */
export function checksumOf({ checksums }: S3Quirks, sha256: Buffer): { ChecksumAlgorithm?: 'SHA256'; ChecksumSHA256?: string } {
  return checksums ? { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: sha256.toString('base64') } : {}
}

/** Notes what the answer's `Date` says. */
export function withDate<C extends Stack>(command: C, note: (date: Date) => void): C {
  const middleware = (next: (args: Request) => Promise<Answer>) => async (args: Request) => {
    const answer = await next(args)
    const date = answer.response.headers?.date
    if (date) note(new Date(date))
    return answer
  }
  command.middlewareStack.add(middleware as never, { step: 'deserialize', name: 'stowageDate', priority: 'low' })
  return command
}
