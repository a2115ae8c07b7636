import { realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import { StowageError } from '@stowage/core/contracts'
import type { Delivery } from './delivery.ts'
import { toWebServer } from './web-server.ts'

export interface AccelRedirectOptions {
  /** Path of the internal location of nginx, such as `/_objects/`. */
  readonly prefix: string
  /** Folder that this location is an alias of: the root of `fsStorage`, or one above it. */
  readonly root: string
}

const PREFIX = /^(?:\/[A-Za-z0-9._~-]+)+\/?$/

/**
 * Has nginx send the bytes, ranges included, from an internal location (`X-Accel-Redirect`). Its configuration is in the guide on
 * delivery: nginx forgets all headers but a few unless it is told to keep them.
 * @throws TypeError for a prefix that is no plain path, and when the api is made: over a storage without local files, or with a root that
 *   does not exist
 * @example delivery: { by: accelRedirect({ prefix: '/_objects/', root: './data/objects' }) }
 */
export function accelRedirect({ prefix, root }: AccelRedirectOptions): Delivery {
  if (!PREFIX.test(prefix)) throw new TypeError(`accelRedirect: ${JSON.stringify(prefix)} is not a path such as /_objects/.`)
  const base = prefix.replace(/\/?$/, '/')
  return {
    redirectStatus: null,
    prepare(storage) {
      const folder = realPath(root)
      // nginx adds an Accept-Ranges of its own.
      return toWebServer('accelRedirect', storage, (path, { 'accept-ranges': _, ...headers }) => ({
        ...headers,
        'x-accel-redirect': base + below(folder, path),
      }))
    },
  }
}

function realPath(root: string): string {
  try {
    return realpathSync(root)
  } catch (cause) {
    throw new TypeError(`accelRedirect: there is no folder ${root}. Name the one that nginx reads from.`, { cause })
  }
}

/** The path from the folder on, escaped: nginx reads it as a URL's. */
function below(folder: string, path: string): string {
  const inside = relative(folder, path)
  const isBelow = inside !== '' && !`${inside}${sep}`.startsWith(`..${sep}`) && !isAbsolute(inside)
  if (isBelow) return inside.split(sep).map(encodeURIComponent).join('/')
  throw new StowageError('internal', `${path} is not below ${folder}, the root that accelRedirect was given.`)
}
