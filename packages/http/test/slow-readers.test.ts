import { defineKind } from '@stowage/core'
import { expect, test, vi } from 'vitest'
import { until } from './threats/wire/cut-connection.ts'
import { openDescriptors } from './threats/wire/open-descriptors.ts'
import { docs, openWire } from './threats/wire/wire-server.ts'

const SIZE = 12_000_000
const READERS = 10

test('53: readers that stand still are cut off at the idle limit', async () => {
  const wire = await openWire({ kind: defineKind({ ...docs, limits: { maxBytes: SIZE } }), server: { idleTimeoutMs: 1000 } })
  const { id } = await wire.upload(Buffer.alloc(SIZE, 'x'))
  const objects = () => openDescriptors(wire.root).filter(path => path.includes('/objects/')).length
  const readers = Array.from({ length: READERS }, () => {
    const reader = wire.raw()
    reader.socket.pause()
    reader.write(`GET /docs/${id}/content HTTP/1.1\r\nHost: x\r\n\r\n`)
    return reader
  })
  await until(() => objects() === READERS)
  expect((await wire.send(`/docs/${id}`)).status).toBe(200)
  await vi.waitFor(() => expect(objects()).toBe(0), { timeout: 15_000 })
  for (const { socket } of readers) socket.destroy()
})
