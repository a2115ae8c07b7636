import assert from 'node:assert/strict'
import type { PresignedRequest, StorageAdapter } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { failsWith, isAbsent, needsOf, pattern, read, readText, sameBytes, sha256, text } from '../tools.ts'

const ODD_KEYS = [
  'plain',
  'a b+c',
  '100%',
  '%41',
  'q?x=y',
  'h#1',
  'a&b=c',
  'é/è',
  '🦄.png',
  "it's",
  'a/b/c',
  '(x)*!~',
  'a:b@c;d,e',
]
const LONGEST_SECONDS = 7 * 24 * 60 * 60

type Fetch = typeof fetch

const fetchSigned = (send: Fetch, request: PresignedRequest, init: RequestInit = {}) =>
  send(request.url, {
    method: request.method,
    ...init,
    headers: { ...request.headers, ...(init.headers as Record<string, string>) },
  })

/** Sends it, and demands a refusal that is the client's fault. */
async function refused(send: Fetch, url: string, init: RequestInit, what: string): Promise<void> {
  const response = await send(url, init)
  await response.arrayBuffer()
  assert.ok(response.status >= 400 && response.status < 500, `${what}: status ${response.status}`)
}

export const presignRows: readonly Row[] = [
  {
    id: 'S62',
    title: 'signed URLs of odd keys work as they are',
    needs: ['presignGet'],
    skip: needsOf('fetch'),
    async run({ storage, fetch: send = fetch }) {
      for (const key of ODD_KEYS) {
        await storage.put(key, text(`bytes of ${key}`))
        const response = await fetchSigned(send, await signGet(storage, key))
        assert.equal(response.status, 200, key)
        assert.equal(await response.text(), `bytes of ${key}`)
        if (!storage.presignPut) continue
        const put = await fetchSigned(send, await storage.presignPut(key, { expiresInSeconds: 60 }), { body: `new ${key}` })
        await put.arrayBuffer()
        assert.ok(put.ok, `PUT of ${key}: ${put.status}`)
        assert.equal(await readText(storage, key), `new ${key}`)
        await storage.delete([key])
      }
    },
  },
  { id: 'S63', title: 'expired and altered URLs are refused', needs: ['presignGet'], skip: needsOf('fetch'), run: altered },
  { id: 'S64', title: 'a signed PUT pins type, length and digest', needs: ['presignPut'], skip: needsOf('fetch'), run: pins },
  {
    id: 'S64',
    title: 'a signed part pins its upload, number and length',
    needs: ['multipart'],
    skip: fixture => needsOf('fetch')(fixture) ?? (fixture.storage.multipart?.presignPart ? null : 'it signs no parts'),
    run: signedParts,
  },
  {
    id: 'S65',
    title: 'a disposition and type chosen when signing are answered, in any letters',
    needs: ['presignGet'],
    skip: needsOf('fetch'),
    async run({ storage, fetch: send = fetch }) {
      await storage.put('k', text('x'))
      const disposition = 'attachment; filename="na_ve.txt"; filename*=UTF-8\'\'na%C3%AFve%20%E2%82%AC.txt'
      const options = { expiresInSeconds: 60, contentDisposition: disposition, contentType: 'text/plain; charset=utf-8' }
      const request = await storage.presignGet?.('k', options)
      assert.ok(request)
      const response = await fetchSigned(send, request)
      assert.equal(await response.text(), 'x')
      assert.equal(response.headers.get('content-disposition'), disposition)
      assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
      for (const contentDisposition of ['a\r\nset-cookie: x=y', 'a\0b']) {
        await failsWith(Promise.resolve(storage.presignGet?.('k', { ...options, contentDisposition })), 'invalid_request')
      }
    },
  },
]

async function signGet(storage: StorageAdapter, key: string, expiresInSeconds = 60): Promise<PresignedRequest> {
  const request = await storage.presignGet?.(key, { expiresInSeconds })
  assert.ok(request)
  return request
}

async function altered({ storage, clock, fetch: send = fetch }: RowContext): Promise<void> {
  await storage.put('secret', text('secret'))
  await storage.put('other', text('other'))
  const { url } = await signGet(storage, 'secret')
  const signature = [...new URL(url).searchParams.entries()].reduce((a, b) => (b[1].length > a[1].length ? b : a))[1]
  for (let i = 0; i < signature.length; i += 1) {
    const letter = signature[i] === 'A' ? 'B' : 'A'
    const forged = url.replace(signature, signature.slice(0, i) + letter + signature.slice(i + 1))
    await refused(send, forged, {}, `signature altered at ${i}`)
  }
  await refused(send, url.replace('secret', 'other'), {}, 'another key')
  await refused(send, url.replace(signature, ''), {}, 'no signature')
  await refused(send, url.split('?')[0] ?? '', {}, 'no query')
  for (const method of ['PUT', 'DELETE', 'POST'])
    await refused(send, url, { method, ...(method !== 'DELETE' && { body: 'x' }) }, method)
  assert.equal(await readText(storage, 'secret'), 'secret')
  if (storage.presignPut) {
    await refused(send, (await storage.presignPut('secret', { expiresInSeconds: 60 })).url, { method: 'GET' }, 'GET by a PUT URL')
  }
  for (const seconds of [0, -1, LONGEST_SECONDS + 1, Number.NaN, 1.5]) {
    await failsWith(Promise.resolve(storage.presignGet?.('secret', { expiresInSeconds: seconds })), 'invalid_request')
  }
  await signGet(storage, 'secret', LONGEST_SECONDS)
  if (!clock) return
  const soon = await signGet(storage, 'secret', 10)
  await clock.advance(9_000)
  assert.equal((await fetchSigned(send, soon)).status, 200, 'a second before its end')
  await clock.advance(2_000)
  await refused(send, soon.url, {}, 'expired')
}

async function pins({ storage, fetch: send = fetch }: RowContext): Promise<void> {
  const body = 'exactly these bytes'
  const sizeBytes = Buffer.byteLength(body)
  const checksum = { algorithm: 'sha256', value: sha256(text(body)) } as const
  const sign = async (key: string) => {
    const request = await storage.presignPut?.(key, { expiresInSeconds: 60, contentType: 'text/plain', sizeBytes, checksum })
    assert.ok(request)
    return request
  }
  const request = await sign('k')
  const type = { 'content-type': 'text/html' }
  await refused(send, request.url, { method: 'PUT', body, headers: { ...request.headers, ...type } }, 'another type')
  await refused(send, request.url, { method: 'PUT', body: `${body}!`, headers: request.headers }, 'a longer body')
  await refused(send, request.url, { method: 'PUT', body: body.slice(1), headers: request.headers }, 'a shorter body')
  await refused(send, request.url, { method: 'PUT', body: body.toUpperCase(), headers: request.headers }, 'other bytes')
  await isAbsent(storage, 'k')
  const response = await fetchSigned(send, request, { body })
  await response.arrayBuffer()
  assert.ok(response.ok, `status ${response.status}`)
  assert.equal(await readText(storage, 'k'), body)
}

async function signedParts({ storage, partBytes, fetch: send = fetch }: RowContext): Promise<void> {
  const { multipart } = storage
  assert.ok(multipart?.presignPart)
  for (const key of ODD_KEYS.slice(0, 9)) {
    const { uploadId } = await multipart.create(key)
    const upload = { key, uploadId }
    const request = await multipart.presignPart({ ...upload, partNumber: 2 }, { expiresInSeconds: 60, sizeBytes: partBytes })
    const body = pattern(partBytes)
    // Once will do: parts may be megabytes.
    if (key === ODD_KEYS[0]) await wrongParts(send, request, uploadId, body)
    assert.deepEqual(await multipart.listParts(key, uploadId), [])
    const response = await fetchSigned(send, request, { body: Uint8Array.from(body) })
    await response.arrayBuffer()
    assert.ok(response.ok, `part of ${key}: ${response.status}`)
    const parts = await multipart.listParts(key, uploadId)
    assert.deepEqual(
      parts.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]),
      [[2, partBytes]],
    )
    await multipart.complete(upload, parts)
    sameBytes(await read(storage, key), body)
    await storage.delete([key])
  }
}

async function wrongParts(send: Fetch, request: PresignedRequest, uploadId: string, body: Uint8Array): Promise<void> {
  const init = { method: request.method, headers: request.headers }
  await refused(send, request.url, { ...init, body: Uint8Array.from(Buffer.concat([body, Buffer.of(1)])) }, 'a longer part')
  await refused(send, request.url, { ...init, body: Uint8Array.from(body).slice(1) }, 'a shorter part')
  const another = request.url.replaceAll(uploadId, 'f'.repeat(uploadId.length))
  await refused(send, another, { ...init, body: Uint8Array.from(body) }, 'another upload')
}
