import { pageAssetsScript } from '../src/page-assets.ts'
import { bundleClient, firstLoadBytes, gzipBytes } from './bundle.ts'

const script = Buffer.from(pageAssetsScript())
console.log('@stowage/client, minified, gzip:')
console.log(`  what a page loads at first: ${await firstLoadBytes()} bytes (at most 6144)`)
console.log(`  everything, in one file: ${gzipBytes(await bundleClient('esm'))} bytes (at most 12288)`)
console.log(`page-assets.js, as shipped: ${script.length} bytes, gzip ${gzipBytes(script)} bytes`)
