import { pageAssetsScript } from '../src/page-assets.ts'
import { bundleClient, gzipBytes } from './bundle.ts'

const client = await bundleClient('esm')
const script = Buffer.from(pageAssetsScript())
console.log(`@stowage/client, minified: ${client.length} bytes, gzip ${gzipBytes(client)} bytes (at most 6144)`)
console.log(`page-assets.js, as shipped: ${script.length} bytes, gzip ${gzipBytes(script)} bytes`)
