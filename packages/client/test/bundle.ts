import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** The client as a web page would load it. */
export async function bundleClient(format: 'esm' | 'iife'): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format,
    target: 'es2022',
    platform: 'browser',
    ...(format === 'iife' && { globalName: 'stowage' }),
  })
  const [file] = outputFiles
  if (!file) throw new Error('esbuild gave no output')
  return file.contents
}

export function gzipBytes(content: Uint8Array): number {
  return gzipSync(content, { level: 9 }).length
}
