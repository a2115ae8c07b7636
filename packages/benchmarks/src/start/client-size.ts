import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'

export interface ClientSize {
  /** What a page loads at first: the entry, and the chunks that it imports by name. */
  readonly firstGzipBytes: number
  /** In one file, what is loaded for large files included. */
  readonly allGzipBytes: number
}

/** Bytes of the browser client as built, bundled and minified; gzip at its best. */
export async function clientSize(): Promise<ClientSize> {
  const entryPoints = [fileURLToPath(import.meta.resolve('@stowage/client'))]
  const options = {
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    outdir: '/',
    metafile: true,
    write: false,
  } as const satisfies BuildOptions
  const whole = await build({ ...options, entryPoints })
  const { outputFiles, metafile } = await build({ ...options, entryPoints, splitting: true })
  const sizes = new Map(outputFiles.map(({ path, contents }) => [basename(path), gzipBytes(contents)]))
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined)
  const [bundle] = whole.outputFiles
  if (!bundle || !entry) throw new Error('The bundler made nothing.')
  const [path, { imports }] = entry
  const first = [path, ...imports.filter(({ kind }) => kind === 'import-statement').map(each => each.path)]
  const firstGzipBytes = first.reduce((sum, each) => sum + (sizes.get(basename(each)) ?? Number.NaN), 0)
  return { firstGzipBytes, allGzipBytes: gzipBytes(bundle.contents) }
}

function gzipBytes(contents: Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length
}
