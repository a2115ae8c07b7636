import { join } from 'node:path'
import type { Ground, Opened } from '@stowage-examples/shared/run-server'
import { openApis } from './apis.ts'
import { ownerOf, pathOf } from './owner-of.ts'
import { plantSeeds } from './plant-seeds.ts'
import { openSite } from './site.ts'

/** All four APIs and the page, behind one listener. At the first start on a data folder it has files to show. */
export async function openShowcase({ env, publicUrl }: Ground): Promise<Opened> {
  const { DATA_DIR: dataDir = join('.data', 'showcase'), SEEDS = 'on' } = env
  const [apis, site] = await Promise.all([openApis({ env, publicUrl, dataDir }), openSite(publicUrl)])
  const listener: Opened['listener'] = (req, res) => {
    const owner = ownerOf(pathOf(req.url))
    if (owner === null) site(req, res)
    else apis[owner].listener(req, res)
  }
  const close = async () => void (await Promise.all(Object.values(apis).map(api => api.close())))
  if (SEEDS !== 'off') await plantSeeds(listener, dataDir)
  return { listener, close }
}
