import { crc32, deflateRawSync } from 'node:zlib'
import { defineKind } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, docs, openWire, sharedWire } from './wire-server.ts'

const MiB = 1024 * 1024

describe('threat 37: flags of the inside as metadata', () => {
  const flags = {
    status: 'ready',
    state: 'ready',
    processing: 'done',
    processingError: null,
    scan: 'clean',
    visibility: 'public',
    createdBy: 'mallory',
    kind: 'other',
    space: 'elsewhere',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    contentType: 'text/html',
    version: 99,
    blobId: 'x',
    properties: { pages: 7 },
  }

  it('are kept as what they are, and change nothing of the asset', async () => {
    const kind = defineKind({ ...docs, visibility: 'private' })
    const scanner = { name: 'never', scan: () => Promise.reject(new Error('The scanner is away.')) }
    const wire = await openWire({ kind, stowage: { scanner } })
    const { headers, body } = form({ name: 'metadata', value: JSON.stringify(flags) }, file('text'))
    const created = await wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
    const untouched = {
      metadata: flags,
      state: 'ready',
      processing: 'pending',
      visibility: 'private',
      createdBy: 'alice',
      kind: 'doc',
      sizeBytes: 4,
      contentType: 'text/plain',
    }
    expect(created.json).toMatchObject({ ...untouched, properties: {} })
    const { id } = created.json as { id: string }
    const merge = { ...alice, 'content-type': 'application/merge-patch+json' }
    const patched = await wire.send(`/docs/${id}`, {
      method: 'PATCH',
      headers: merge,
      body: JSON.stringify({ metadata: { processing: 'none', gate: false } }),
    })
    expect(patched.json).toMatchObject({ ...untouched, metadata: { ...flags, processing: 'none', gate: false } })
    // The scanner has not passed it, whatever its metadata says.
    expect((await wire.send(`/docs/${id}/content`, { headers: alice })).status).toBe(409)
    for (const [member, value] of Object.entries(flags).filter(([name]) => name !== 'visibility')) {
      const answer = await wire.send(`/docs/${id}`, {
        method: 'PATCH',
        headers: merge,
        body: JSON.stringify({ [member]: value }),
      })
      expect([member, answer.status]).toEqual([member, 400])
    }
  })
})

/** A ZIP file that begins as an Office document does, whose one entry unpacks to a thousand times its size. */
function bomb(name: string, unpackedBytes: number): Buffer {
  const unpacked = Buffer.alloc(unpackedBytes, 0x20)
  const packed = deflateRawSync(unpacked, { level: 9 })
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(crc32(unpacked), 14)
  head.writeUInt32LE(packed.length, 18)
  head.writeUInt32LE(unpackedBytes, 22)
  head.writeUInt16LE(name.length, 26)
  return Buffer.concat([head, Buffer.from(name), packed])
}

describe('threat 39: a ZIP bomb for whoever sniffs', () => {
  const server = sharedWire()

  it.each(['[Content_Types].xml', 'mimetype', 'META-INF/MANIFEST.MF', 'AndroidManifest.xml', 'word/document.xml'])(
    'costs no more than the bytes that are looked at: %s',
    async name => {
      const wire = server()
      const bytes = bomb(name, 256 * MiB)
      expect(bytes.length).toBeLessThan(MiB)
      const { headers, body } = form(
        file(bytes, 'report.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'),
      )
      const before = process.memoryUsage.rss()
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })),
      )
      // Unpacked, each would be 256 MiB.
      expect(process.memoryUsage.rss() - before).toBeLessThan(200 * MiB)
      for (const { status, json } of answers) {
        expect(status).toBe(201)
        expect((json as { contentType: string }).contentType).toMatch(/^application\//)
      }
    },
  )
})
