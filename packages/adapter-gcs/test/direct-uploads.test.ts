import { afterAll, beforeAll, describe, vi } from 'vitest'
import { uploadCases } from '../../http/test/clouds/upload-cases.ts'
import { openGcsCloud } from './gcs-cloud.ts'

vi.setConfig({ testTimeout: 180_000 })

describe('direct uploads to Google Cloud Storage', () => {
  let opened: Awaited<ReturnType<typeof openGcsCloud>>
  beforeAll(async () => {
    opened = await openGcsCloud()
  })
  afterAll(() => opened?.close())
  uploadCases(() => opened.cloud)
})
