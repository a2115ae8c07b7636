import { afterAll, beforeAll, describe, vi } from 'vitest'
import { resumableCases } from '../../http/test/clouds/resumable-cases.ts'
import { openGcsCloud } from './gcs-cloud.ts'

vi.setConfig({ testTimeout: 180_000 })

describe('resumable uploads to Google Cloud Storage', () => {
  let opened: Awaited<ReturnType<typeof openGcsCloud>>
  beforeAll(async () => {
    opened = await openGcsCloud()
  })
  afterAll(() => opened?.close())
  resumableCases(() => opened.cloud)
})
