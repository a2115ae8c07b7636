import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bytes of the browser client as built, bundled and minified; gzip at its best. */
export async function clientSize(): Promise<{ minifiedBytes: number; gzipBytes: number }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('@stowage/client'))],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
  })
  const [bundle] = outputFiles
  if (!bundle) throw new Error('The bundler made nothing.')
  return { minifiedBytes: bundle.contents.length, gzipBytes: gzipSync(bundle.contents, { level: 9 }).length }
}
