import type { RequestListener } from 'node:http'
import { consoleLogger, type ImageGenerator, type Stowage, type UrlImporter } from '@stowage/core'
import { type SignedStorage, signedObjects } from '@stowage/http'
import { type NodeHandler, nodeHandler } from '@stowage/http/node'
import { openAiImageGenerator, placeholderGenerator } from '@stowage/media'
import { urlImporter } from '@stowage/url-import'
import { openPlaces, type Places } from './places.ts'
import { type Ground, type Opened, runServer } from './run-server.ts'

/** Where a disk's signed URLs are answered. */
const SIGNED_PATH = '/objects'

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

export type BuildApp = (setup: Setup) => Promise<ExampleApp>

/**
 * Runs an example server as its environment says: PORT, PUBLIC_URL, what {@link openPlaces} reads, OPENAI_API_KEY, OPENAI_BASE_URL,
 * IMPORT_ALLOW_HOSTS. Ends on SIGTERM or SIGINT, once the requests in flight have ended.
 */
export const serve = (name: string, build: BuildApp): Promise<void> =>
  runServer(name, ground => openApp(name, build, { ...ground, signedPath: SIGNED_PATH }))

export interface AppGround extends Ground {
  /** Where a disk's signed URLs are answered: of each app that shares a server, another. */
  readonly signedPath: string
}

/** An example's API on the storage and database that its environment names. */
export async function openApp(name: string, build: BuildApp, { env, publicUrl, signedPath }: AppGround): Promise<Opened> {
  const places = await openPlaces(name, env, publicUrl.replace(/\/$/, '') + signedPath)
  const { listener, stowage } = await build({ ...places, generator: imageGenerator(env), importer: importer(env), publicUrl })
  return { listener: withSigned(places, signedPath, listener), close: () => stowage.close() }
}

/** The URLs that a disk signs are answered here; a cloud answers its own. */
function withSigned({ storage }: { readonly storage: SignedStorage }, path: string, listener: RequestListener): NodeHandler {
  if (!storage.openSignedRequest) return listener
  const signed = nodeHandler(signedObjects(storage, { path, logger: consoleLogger() }))
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
