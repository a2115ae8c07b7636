import { expect, it } from 'vitest'
import { s3Server } from './src/index.ts'

it('one S3 server serves all tests of a run, and knows its credentials', async ({ skip }) => {
  const server = await s3Server()
  if (!server) return skip('there is no S3 server here')
  expect(await s3Server()).toEqual(server)
  const response = await fetch(server.endpoint)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('ListAllMyBucketsResult')
})
