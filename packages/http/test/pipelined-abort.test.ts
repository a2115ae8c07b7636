import { defineKind } from '@stowage/core'
import { expect, test, vi } from 'vitest'
import { until } from './threats/wire/cut-connection.ts'
import { openDescriptors } from './threats/wire/open-descriptors.ts'
import { docs, openWire } from './threats/wire/wire-server.ts'

const SIZE = 12_000_000

test('54: downloads that wait behind another on their connection end with it, and close their files', async () => {
  const wire = await openWire({ kind: defineKind({ ...docs, limits: { maxBytes: SIZE } }) })
  const { id } = await wire.upload(Buffer.alloc(SIZE, 'x'))
  const objects = () => openDescriptors(wire.root).filter(path => path.includes('/objects/'))
  const socket = wire.raw()
  socket.socket.pause()
  // More than the listeners that an emitter takes without a warning.
  socket.write(`GET /docs/${id}/content HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(12))
  await until(() => objects().length === 12)
  const warnings: unknown[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  socket.socket.resetAndDestroy()
  await vi.waitFor(() => expect(objects()).toEqual([]), { timeout: 15_000 })
  process.off('warning', note)
  expect(warnings).toEqual([])
})
