import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ENTRY = `
  export * from './index.ts'
  export { createAssetClient } from '@stowage/client'
  import './define.ts'
`

/** The elements, with the client and Lit, as a web page would load them. */
export async function bundleElements(format: 'esm' | 'iife'): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('../src', import.meta.url)), loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format,
    target: 'es2022',
    platform: 'browser',
    conditions: ['@stowage/source'],
    ...(format === 'iife' && { globalName: 'stowage' }),
  })
  const [file] = outputFiles
  if (!file) throw new Error('esbuild gave no output')
  return file.contents
}

export function gzipBytes(content: Uint8Array): number {
  return gzipSync(content, { level: 9 }).length
}
