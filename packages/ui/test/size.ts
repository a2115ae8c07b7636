import { bundleElements, gzipBytes } from './bundle.ts'

const bundle = await bundleElements('esm')
console.log(
  `@stowage/ui with the client and Lit, minified: ${bundle.length} bytes, gzip ${gzipBytes(bundle)} bytes (at most 36864)`,
)
