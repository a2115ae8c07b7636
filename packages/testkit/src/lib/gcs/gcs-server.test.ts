import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GcsServer, gcsServer } from './gcs-server.ts'

const HOST = 'https://storage.gcs.test'

let server: GcsServer
beforeAll(async () => {
  server = await gcsServer()
  server.createBucket('b')
})
afterAll(() => server.close())

test('without a token, or with one that proves nothing, it is 401 in the words of the JSON API', async () => {
  const none = await server.fetch(`${HOST}/storage/v1/b/b/o`)
  expect(none.status).toBe(401)
  expect(await none.json()).toMatchObject({ error: { code: 401, errors: [{ reason: 'required' }] } })
  const claims = Buffer.from(
    JSON.stringify({ iss: 'almighty@test.iam.gserviceaccount.com', iat: 0, exp: 1, scope: 'x' }),
  ).toString('base64url')
  for (const token of ['x', 'a.b.c', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.AAAA`]) {
    const forged = await server.fetch(`${HOST}/storage/v1/b/b/o`, { headers: { authorization: `Bearer ${token}` } })
    expect(forged.status).toBe(401)
  }
})

test('without a signature, or with a wrong one, it is refused in the words of the XML API', async () => {
  expect((await server.fetch(`${HOST}/b/k`)).status).toBe(401)
  const query =
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=almighty%40test.iam.gserviceaccount.com%2F20260101%2Fauto%2Fstorage%2Fgoog4_request'
  const more = '&X-Goog-Date=20260101T000000Z&X-Goog-Expires=60&X-Goog-SignedHeaders=host&X-Goog-Signature=00ff'
  const wrong = await server.fetch(`${HOST}/b/k?${query}${more}`)
  expect(wrong.status).toBe(403)
  expect(await wrong.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
})

test('its name is its own: nothing answers to another', async () => {
  await expect(server.fetch('https://storage.googleapis.com/b/k')).rejects.toThrow()
})
