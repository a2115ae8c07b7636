import { expect, it } from 'vitest'
import { databaseUrl, postgresServer, s3Server } from './src/index.ts'

it('one S3 server serves all tests of a run, and knows its credentials', async ({ skip }) => {
  const server = await s3Server()
  if (!server) return skip('there is no S3 server here')
  expect(await s3Server()).toEqual(server)
  const response = await fetch(server.endpoint)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('ListAllMyBucketsResult')
})

it('one PostgreSQL serves all tests of a run', async ({ skip }) => {
  const server = await postgresServer()
  if (!server) return skip('there is no PostgreSQL here')
  expect(await postgresServer()).toEqual(server)
  const { url, name } = databaseUrl(server)
  expect(url).toBe(server.url.replace(/\/postgres$/, `/${name}`))
})
