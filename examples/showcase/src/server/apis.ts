import { join } from 'node:path'
import { assetLibraryApp } from '@stowage-examples/asset-library'
import { pageAssetsApp } from '@stowage-examples/page-assets'
import { productImagesApp } from '@stowage-examples/product-images'
import { type BuildApp, openApp } from '@stowage-examples/shared'
import type { Ground, Opened } from '@stowage-examples/shared/run-server'
import { vaultsApp } from '@stowage-examples/vaults'

const builds = {
  'page-assets': pageAssetsApp,
  'asset-library': assetLibraryApp,
  vaults: vaultsApp,
  'product-images': productImagesApp,
} as const satisfies Record<string, BuildApp>

export type ApiName = keyof typeof builds

/** The four examples as one server holds them, each with a folder (on a disk or in a bucket), a schema and signed URLs of its own. */
export async function openApis(ground: Ground & { readonly dataDir: string }): Promise<Record<ApiName, Opened>> {
  const opening = Object.entries(builds).map(async ([name, build]) => {
    const env = envOf(name, ground)
    return [name, await openApp(name, build, { env, publicUrl: ground.publicUrl, signedPath: `/objects/${name}` })] as const
  })
  return Object.fromEntries(await Promise.all(opening)) as Record<ApiName, Opened>
}

function envOf(name: string, { env, dataDir }: { readonly env: NodeJS.ProcessEnv; readonly dataDir: string }): NodeJS.ProcessEnv {
  const { DATABASE_URL: url, FILES_SECRET: secret, STORAGE_PREFIX: prefix } = env
  return {
    ...env,
    DATA_DIR: join(dataDir, name),
    // In a bucket too, each API has a folder.
    STORAGE_PREFIX: prefix ? `${prefix.replace(/\/$/, '')}/${name}` : name,
    // Files of SQLite have no schemas: each API gets a file.
    ...(url?.startsWith('sqlite:') && { DATABASE_URL: url.replace(/(\.\w+)?$/, `-${name}$1`) }),
    // What one API's disk signed is nothing to another's.
    ...(secret && { FILES_SECRET: `${secret}/${name}` }),
  }
}
