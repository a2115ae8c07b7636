import { honoAssets } from '@stowage/http-hono'
import { httpConformance } from '@stowage/testkit/http'
import { Hono } from 'hono'
import { describe, it } from 'vitest'
import { sharpTransformer } from '../../core/test/sharp-transformer.ts'
import { onDisk } from '../../http/test/golden-backends.ts'
import { serveApp } from './serve-app.ts'

httpConformance(
  {
    name: 'Hono on Node',
    open: api => serveApp(new Hono().route('/', honoAssets(api, { fallthrough: false }))),
    backend: onDisk,
    transformer: sharpTransformer(),
  },
  { describe, it },
)

httpConformance(
  {
    name: 'Hono by fetch',
    open: async api => {
      const app = new Hono().route('/', honoAssets(api, { fallthrough: false }))
      return { fetch: async request => await app.request(request), close: async () => undefined }
    },
    transformer: sharpTransformer(),
  },
  { describe, it },
)
