import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'

const OPTIONS = {
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  target: 'es2022',
  platform: 'browser',
} as const satisfies BuildOptions

/** The client in one file, as a web page without modules would load it. */
export async function bundleClient(format: 'esm' | 'iife'): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...OPTIONS,
    format,
    ...(format === 'iife' && { globalName: 'stowage' }),
  })
  const [file] = outputFiles
  if (!file) throw new Error('esbuild gave no output')
  return file.contents
}

/** What a page loads of the client before it sends anything large: the entry, and the chunks that it imports by name. */
export async function firstLoadBytes(): Promise<number> {
  const { outputFiles, metafile } = await build({ ...OPTIONS, format: 'esm', splitting: true, outdir: '/', metafile: true })
  const sizes = new Map(outputFiles.map(({ path, contents }) => [basename(path), gzipBytes(contents)]))
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined)
  if (!entry) throw new Error('esbuild gave no entry')
  const [path, { imports }] = entry
  const first = [path, ...imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path)]
  return first.reduce((sum, each) => sum + (sizes.get(basename(each)) ?? Number.NaN), 0)
}

export function gzipBytes(content: Uint8Array): number {
  return gzipSync(content, { level: 9 }).length
}
