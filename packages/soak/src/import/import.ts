import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { isStowageError } from '@stowage/core'
import { isPublicAddress, type PinnedAddress, urlImporter } from '@stowage/url-import'
import fc from 'fast-check'
import type { Soak } from '../lib/soak.ts'
import { type Aim, type Hostile, hostileUrls } from './hostile-urls.ts'
import { isPublicByReference } from './reference-addresses.ts'

const PUBLIC = '127.0.0.2'
const PRIVATE = '127.0.0.3'
const FOREIGN = 'unprocessable'

const soak: Soak = {
  summary: 'hostile URLs against the import guard: no connection to anything but a public address',
  unit: 'hostile URLs',
  defaultCount: 5000,
  run: options => runImports(options),
}
export default soak

export interface ImportsOptions {
  readonly seed: number
  readonly count: number
  progress(done: number): void
  /** What the guard believes of addresses, for proving that a wrong belief is found. Default: the package's own. */
  readonly isPublic?: (address: string) => boolean
}

interface Tally {
  done: number
  connects: number
  readonly unsafe: string[]
  readonly causes: Map<string, number>
}

/**
 * Has `count` hostile URLs imported. 127.0.0.2 stands for a public address; the connector goes nowhere outside 127/8, whatever it is asked for.
 * @throws Error for a connection to any other address, a body that was handed out, or a refusal in other words than the rest
 */
export async function runImports({
  seed,
  count,
  progress,
  isPublic = isPublicAddress,
}: ImportsOptions): Promise<Record<string, string | number>> {
  const origin = await listen(PUBLIC, 0, (req, res) => void res.writeHead(302, { location: nextOf(req.url ?? '') }).end())
  const { port } = origin.address() as AddressInfo
  let reached = 0
  const inside = await listen(PRIVATE, port, (_req, res) => {
    reached += 1
    res.end('secret')
  })
  const tally: Tally = { done: 0, connects: 0, unsafe: [], causes: new Map() }
  const aim: Aim = { publicAddress: PUBLIC, privateAddress: PRIVATE, port }
  try {
    const property = fc.asyncProperty(hostileUrls(aim), async hostile => {
      await tryOne(hostile, { aim, tally, isPublic })
      tally.done += 1
      progress(tally.done)
    })
    await fc.assert(property, { seed, numRuns: count, endOnFailure: true, includeErrorInReport: true })
    if (reached > 0) throw new Error(`The private server was reached ${reached} times.`)
  } finally {
    await Promise.all([origin, inside].map(close))
  }
  const reasons = [...tally.causes].sort(([, a], [, b]) => b - a).map(([reason, times]) => `${reason} ${times}`)
  return { 'unsafe connects': 0, 'connects to the public origin': tally.connects, reasons: reasons.join(', ') }
}

interface Ground {
  readonly aim: Aim
  readonly tally: Tally
  readonly isPublic: (address: string) => boolean
}

async function tryOne({ url, answers, redirects }: Hostile, { aim, tally, isPublic }: Ground): Promise<void> {
  let asked = 0
  const importer = urlImporter({
    refusalMs: 0,
    ports: [aim.port],
    allowHosts: [`allowed.example:${aim.port}`, `127.0.0.4:${aim.port}`],
    mayConnect: address => address === PUBLIC || isPublic(address),
    resolve: async name => {
      if (name === 'public.example') return [PUBLIC]
      asked += 1
      return answers[Math.min(asked, answers.length) - 1] ?? []
    },
    connect: to => connectInside(to, tally),
  })
  // The public origin leads there, as often as it may, and once more.
  let start = url
  for (let left = redirects; left > 0; left -= 1) start = `http://public.example:${aim.port}/?to=${encodeURIComponent(start)}`
  const failure: unknown = await importer.open(start, { maxBytes: 1000 }).then(
    () => new Error('A body was handed out.'),
    error => error,
  )
  if (tally.unsafe.length > 0) throw new Error(`${start} led to a connection to ${tally.unsafe.join(', ')}.`)
  if (!isStowageError(failure, FOREIGN) || !failure.message.startsWith('The file at this URL cannot be imported')) {
    throw new Error(`${start} ended otherwise than refused.`, { cause: failure })
  }
  const reason = failure.cause instanceof Error ? kindOfReason(failure.cause.message) : 'none'
  tally.causes.set(reason, (tally.causes.get(reason) ?? 0) + 1)
}

/** Counts what is asked for, and goes to nothing that is not public here or by the reference; outside the machine it never goes. */
function connectInside({ address, port }: PinnedAddress, tally: Tally) {
  if (address !== PUBLIC && !isPublicByReference(address)) tally.unsafe.push(address)
  if (address !== PUBLIC) throw new Error(`No way to ${address} from here.`)
  tally.connects += 1
  return connect(port, address)
}

/** Where the origin leads: what its URL says, and from `/again` to itself, so that a name is asked for twice. */
function nextOf(path: string): string {
  const to = new URL(path, 'http://x').searchParams.get('to') ?? '/again?'
  return Buffer.from(to.replace(/[\r\n\0]/g, '')).toString('latin1')
}

const kindOfReason = (reason: string) =>
  reason
    .replace(/^\S+ (is, or leads|took|sent)/, '$1')
    .replace(/\d+|(No connection to) \S+/g, '$1')
    .slice(0, 60)

async function listen(address: string, port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  return server
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}
