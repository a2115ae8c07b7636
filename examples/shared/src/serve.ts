import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { consoleLogger, type ImageGenerator, type Stowage, type UrlImporter } from '@stowage/core'
import { type SignedStorage, signedObjects } from '@stowage/http'
import { closeGracefully, type NodeHandler, nodeHandler, prepareServer } from '@stowage/http/node'
import { openAiImageGenerator, placeholderGenerator } from '@stowage/media'
import { urlImporter } from '@stowage/url-import'
import { openPlaces, type Places, SIGNED_PATH } from './places.ts'

/** Of the 5 s that it may take, the rest is for closing what lies behind. */
const STOP_WITHIN_MS = 4000

/** What an example builds its API with. */
export interface Setup extends Places {
  readonly publicUrl: string
  /** A real model where OPENAI_API_KEY is set, else one that draws placeholders. */
  readonly generator: ImageGenerator
  /** Reaches public addresses, and the `host:port` pairs of IMPORT_ALLOW_HOSTS. */
  readonly importer: UrlImporter
}

export interface ExampleApp {
  readonly listener: RequestListener
  readonly stowage: Stowage
}

/**
 * Runs an example server as its environment says: PORT, PUBLIC_URL, what {@link openPlaces} reads, OPENAI_API_KEY, OPENAI_BASE_URL,
 * IMPORT_ALLOW_HOSTS. Ends on SIGTERM or SIGINT, once the requests in flight have ended.
 */
export async function serve(name: string, build: (setup: Setup) => Promise<ExampleApp>): Promise<void> {
  const { env } = process
  const { promise: app, resolve: ready } = Promise.withResolvers<NodeHandler>()
  // A request that comes while the API is still opening waits for it.
  const server = createServer((req, res) => void app.then(listener => listener(req, res)))
  prepareServer(server)
  const port = await listen(server, readPort(env.PORT))
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${port}`
  const places = await openPlaces(name, env, publicUrl)
  const built = await build({ ...places, generator: imageGenerator(env), importer: importer(env), publicUrl })
  ready(withSigned(places, built.listener))
  process.stdout.write(`${name} listening on http://localhost:${port}\n`)
  await stopSignal()
  await closeGracefully(server, { timeoutMs: STOP_WITHIN_MS })
  await built.stowage.close()
}

/** The URLs that a disk signs are answered here; a cloud answers its own. */
function withSigned({ storage }: { readonly storage: SignedStorage }, listener: RequestListener): NodeHandler {
  if (!storage.openSignedRequest) return listener
  const signed = nodeHandler(signedObjects(storage, { path: SIGNED_PATH, logger: consoleLogger() }))
  return (req, res) => signed(req, res, () => listener(req, res))
}

function imageGenerator({ OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl }: NodeJS.ProcessEnv): ImageGenerator {
  return apiKey ? openAiImageGenerator({ apiKey, ...(baseUrl ? { baseUrl } : {}) }) : placeholderGenerator()
}

function importer({ IMPORT_ALLOW_HOSTS = '' }: NodeJS.ProcessEnv): UrlImporter {
  const allowHosts = IMPORT_ALLOW_HOSTS.split(',').map(pair => pair.trim())
  try {
    return urlImporter({ allowHosts: allowHosts.filter(pair => pair !== '') })
  } catch (cause) {
    throw new Error(`IMPORT_ALLOW_HOSTS=${IMPORT_ALLOW_HOSTS} is no list of host:port pairs with commas.`, { cause })
  }
}

function readPort(text = '3000'): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new Error(`PORT=${text} is no port: give a number from 0 (any free port) to 65535.`)
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, resolve)
  await promise
  return (server.address() as AddressInfo).port
}

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}
