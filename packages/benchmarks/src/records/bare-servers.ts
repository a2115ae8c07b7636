import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { Served } from '../harness/server-process.ts'
import { openRecords } from './bare.ts'

const PATH = '/api/assets/'
const NOT_FOUND = { error: 'There is no such asset.' }

export async function serveExpress(folder: string): Promise<Served> {
  const { find, close } = openRecords(folder)
  const app = express().disable('x-powered-by')
  app.get(`${PATH}:id`, (req, res) => {
    const record = find(req.params.id)
    res.status(record === null ? 404 : 200).json(record ?? NOT_FOUND)
  })
  return { server: createServer(app), close }
}

export async function serveHono(folder: string): Promise<Served> {
  const { find, close } = openRecords(folder)
  const app = new Hono()
  app.get(`${PATH}:id`, c => {
    const record = find(c.req.param('id'))
    return record === null ? c.json(NOT_FOUND, 404) : c.json(record)
  })
  return { server: createServer(getRequestListener(app.fetch)), close }
}

export async function serveFastify(folder: string): Promise<Served> {
  const { find, close } = openRecords(folder)
  const app = Fastify()
  app.get<{ Params: { id: string } }>(`${PATH}:id`, async (request, reply) => {
    const record = find(request.params.id)
    if (record === null) reply.code(404)
    return record ?? NOT_FOUND
  })
  await app.ready()
  return { server: app.server, close }
}

/** It has no router of its own. */
export async function serveKoa(folder: string): Promise<Served> {
  const { find, close } = openRecords(folder)
  const app = new Koa()
  app.use(context => {
    const record = find(context.path.slice(PATH.length))
    context.status = record === null ? 404 : 200
    context.body = record ?? NOT_FOUND
  })
  return { server: createServer(app.callback()), close }
}

export async function serveNode(folder: string): Promise<Served> {
  const { find, close } = openRecords(folder)
  const server = createServer((req, res) => {
    const record = find(req.url?.slice(PATH.length) ?? '')
    const body = JSON.stringify(record ?? NOT_FOUND)
    res.writeHead(record === null ? 404 : 200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    res.end(body)
  })
  return { server, close }
}
