import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'

export interface Bundle {
  readonly script: Uint8Array
  readonly style: Uint8Array
}

const page = (name: string): string => fileURLToPath(new URL(`../page/${name}`, import.meta.url))

/** The page's script and style, each as one file, made from their sources. */
export async function bundlePage(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: { script: page('main.ts'), style: page('style/page.css') },
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@stowage/source'],
    // How this repository is type-checked says nothing of browsers.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
    logLevel: 'warning',
  })
  // Its process is not needed again.
  await stop()
  const contents = (name: string): Uint8Array => {
    const file = outputFiles.find(({ path }) => path.endsWith(name))
    if (!file) throw new Error(`The page has no ${name}.`)
    return file.contents
  }
  return { script: contents('script.js'), style: contents('style.css') }
}
