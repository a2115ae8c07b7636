import { failBefore } from '@stowage/testkit'
import { expect, it } from 'vitest'
import { type Cloud, HOUR, html, MIB, openCloudWorld, pdf, sha256, type WorldOptions } from './world.ts'

const SMALL = 100_000
const TWO_PARTS = 8 * MIB + 1000
const sizeFor = (method: string): number => (method === 'multipart' ? TWO_PARTS : SMALL)

/** Direct uploads over HTTP to a cloud, from begin to completion, with all that their senders may try. */
export function uploadCases(cloudOf: () => Cloud): void {
  const open = (options?: WorldOptions) => openCloudWorld(cloudOf(), options)

  it.each(['put', 'post', 'multipart'])('C15, C16: by %s, they become what no URL changes any more', async method => {
    const bytes = pdf(sizeFor(method))
    const world = await open({ quota: { bytes: 2 * bytes.byteLength, count: 2 } })
    const digest = method === 'put' ? {} : { sha256: sha256(bytes) }
    const details = { filename: 'guide.pdf', contentType: 'application/pdf', title: 'The guide', method, ...digest }
    const begun = await world.begin(bytes, details)
    expect(begun).toMatchObject({ method, state: 'open', partCount: method === 'multipart' ? 2 : null })
    const room = { bytes: bytes.byteLength, count: 1 }
    expect(await world.usage()).toMatchObject({ used: { bytes: 0, count: 0 }, reserved: room })
    expect((await world.complete(begun.id)).status).toBe(409)
    const pieces = await world.pieces(begun, bytes)
    for (const { request, bytes: piece } of pieces) expect(await world.send(request, piece)).toBeLessThan(300)
    expect(await world.listed()).toBe(0)
    const made = await world.complete(begun.id)
    expect([made.status, made.json]).toMatchObject([
      201,
      { title: 'The guide', contentType: 'application/pdf', sizeBytes: bytes.byteLength, sha256: sha256(bytes) },
    ])
    const { id } = made.json
    expect(await world.usage()).toMatchObject({ used: room, reserved: { bytes: 0, count: 0 } })
    const again = async () => {
      for (const { request, bytes: piece } of pieces) {
        const status = await world.send(request, html(piece.byteLength))
        // The URLs of parts are dead; the others still write what nobody reads.
        if (method === 'multipart') expect(status).toBeGreaterThanOrEqual(400)
        else if (method === 'put') expect(status).toBe(200)
      }
    }
    await again()
    expect((await world.contentOf(id)).equals(bytes)).toBe(true)
    expect((await world.complete(begun.id)).json).toEqual(made.json)
    expect((await world.ask('DELETE', `/${id}`)).status).toBe(204)
    await world.stowage.sweep()
    await again()
    expect([await world.listed(), (await world.ask('GET', `/${id}/content`)).status]).toEqual([0, 404])
    await world.expectNothingLeft(0)
  })

  it('threat 15: what was not signed is refused by the storage, and then nothing has arrived', async () => {
    const world = await open()
    const bytes = pdf(SMALL)
    const options = { contentType: 'application/pdf' }
    const put = await world.begin(bytes, { ...options, method: 'put', sha256: sha256(bytes) })
    const post = await world.begin(bytes, { ...options, method: 'post' })
    const parts = await world.begin(pdf(TWO_PARTS), { method: 'multipart' })
    const [part] = await world.pieces(parts, pdf(TWO_PARTS))
    if (!put.request || !post.request || !part) throw new Error('They take no bytes.')
    const elsewhere = { ...put.request, url: put.request.url.replace('staging/', 'stating/') }
    const typed = { ...put.request, headers: { ...put.request.headers, 'content-type': 'text/html' } }
    const key = post.request.fields?.key ?? ''
    for (const [what, sent] of [
      ['too large', world.send(put.request, pdf(SMALL + 1))],
      ['too small', world.send(put.request, pdf(SMALL - 1))],
      ['of another digest', world.send(put.request, html(SMALL))],
      ['of another type', world.send(typed, bytes)],
      ['for another key', world.send(elsewhere, bytes)],
      ['a form, too large', world.send(post.request, pdf(SMALL + 1))],
      ['a form, too small', world.send(post.request, pdf(SMALL - 1))],
      ['a form of another type', world.send(post.request, bytes, { 'Content-Type': 'text/html', 'content-type': 'text/html' })],
      ['a form for another key', world.send(post.request, bytes, { key: key.replace('staging/', 'stating/') })],
      ['a part, too large', world.send(part.request, pdf(8 * MIB + 1))],
    ] as const)
      expect(await sent, what).toBeGreaterThanOrEqual(400)
    expect(await world.keys()).toEqual([])
    for (const { id } of [put, post, parts]) {
      expect((await world.complete(id)).status).toBe(409)
      expect((await world.ask('DELETE', `/uploads/${id}`)).status).toBe(204)
    }
    expect(await world.unfinished()).toBe(0)
    await world.expectNothingLeft(0)
  })

  it('threat 15: what got past the signature has another size, digest or type: 422, and nothing is left', async () => {
    const world = await open({ accept: ['application/pdf'], quota: { count: 1 } })
    const bytes = pdf(SMALL)
    const refused = async (id: string, what: string) => {
      const answer = await world.complete(id)
      expect([what, answer.status]).toEqual([what, 422])
      expect(await world.read(id)).toMatchObject({ state: 'failed', request: null, error: expect.any(String) })
      expect([what, await world.keys(), await world.unfinished()]).toEqual([what, [], 0])
    }
    for (const [what, details, sent] of [
      ['size', {}, pdf(SMALL - 1)],
      ['digest', { sha256: sha256(bytes) }, pdf(SMALL).fill('x', 500)],
      ['type', {}, html(SMALL)],
    ] as const) {
      const { id } = await world.begin(bytes, { method: 'put', contentType: 'application/pdf', ...details })
      await world.straight.put(await world.keyOf(id), sent, { contentType: 'application/pdf' })
      await refused(id, what)
    }
    for (const [what, details, sent] of [
      ['digest of parts', { sha256: sha256(bytes) }, pdf(TWO_PARTS)],
      ['type of parts', {}, html(TWO_PARTS)],
    ] as const) {
      const begun = await world.begin(sent, { method: 'multipart', contentType: 'application/pdf', ...details })
      await world.sendAll(begun, sent)
      await refused(begun.id, what)
    }
    expect(await world.usage()).toMatchObject({ used: { count: 0 }, reserved: { count: 0 } })
    await world.expectNothingLeft(0)
  })

  it('in parts: they are resumed, and joined only when all are there, once, as they were named', async () => {
    const world = await open()
    const bytes = Buffer.concat([pdf(8 * MIB), html(1000)])
    const begun = await world.begin(bytes, { method: 'multipart' })
    const [first, second] = await world.pieces(begun, bytes)
    if (!first || !second) throw new Error('Two parts were expected.')
    expect(await world.send(first.request, html(8 * MIB))).toBe(200)
    const missing = await world.complete(begun.id)
    expect([missing.status, missing.json.missingParts ?? missing.json.detail]).toEqual([409, expect.anything()])
    const [sent] = (await world.read(begun.id)).parts
    expect(sent).toMatchObject({ partNumber: 1, sizeBytes: 8 * MIB })
    // Sent a second time, with other bytes: the last one counts, and who named the first is told.
    expect(await world.send(first.request, first.bytes)).toBe(200)
    expect(await world.send(second.request, second.bytes)).toBe(200)
    const { parts } = await world.read(begun.id)
    expect(parts.map(({ sizeBytes }) => sizeBytes)).toEqual([8 * MIB, 1000])
    expect((await world.complete(begun.id, { parts: [sent, parts[1]] })).status).toBe(422)
    expect((await world.complete(begun.id, { parts: parts.slice(1) })).status).toBe(422)
    const made = await world.complete(begun.id, { parts: parts.map(({ partNumber, etag }) => ({ partNumber, etag })) })
    expect([made.status, made.json.sha256]).toEqual([201, sha256(bytes)])
    expect((await world.ask('POST', `/uploads/${begun.id}/parts`, { partNumbers: [1] })).status).toBe(409)
    await world.expectNothingLeft(1)
  })

  it('C2: given up, expired or never heard of, they leave no object and no part', async () => {
    const world = await open({ quota: { count: 1 } })
    const bytes = pdf(TWO_PARTS)
    const given = await world.begin(bytes, { method: 'multipart' })
    const [piece] = await world.pieces(given, bytes)
    if (!piece) throw new Error('Parts were expected.')
    await world.send(piece.request, piece.bytes)
    expect((await world.ask('DELETE', `/uploads/${given.id}`)).status).toBe(204)
    expect([await world.unfinished(), await world.keys()]).toEqual([0, []])
    expect(await world.send(piece.request, piece.bytes)).toBeGreaterThanOrEqual(400)
    const late = await world.begin(bytes, { method: 'multipart' })
    await world.sendAll(late, bytes)
    await world.clock.advance(24 * HOUR)
    expect((await world.complete(late.id)).status).toBe(404)
    await world.stowage.sweep()
    expect([await world.unfinished(), await world.keys()]).toEqual([0, []])
    const put = await world.begin(pdf(SMALL), { method: 'put' })
    await world.sendAll(put, pdf(SMALL))
    await world.clock.advance(24 * HOUR)
    await world.stowage.sweep()
    // The storage has begun it, and its name was not written down.
    world.metadata.inject({ on: 'commit', nth: 2, fault: failBefore() })
    world.metadata.inject({ on: 'getUpload', nth: 1, fault: failBefore() })
    expect((await world.ask('POST', '/uploads', { sizeBytes: TWO_PARTS, method: 'multipart' })).status).toBe(503)
    expect(await world.unfinished()).toBe(1)
    world.metadata.heal()
    await world.expectNothingLeft(0)
  })
}
