import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'

export async function serve(folder: string) {
  const app = Fastify()
  await app.register(fastifyStatic, { root: join(folder, 'objects') })
  await app.ready()
  return { server: app.server, close: () => app.close() }
}
