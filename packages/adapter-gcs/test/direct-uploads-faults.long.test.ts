import { afterAll, beforeAll, describe, vi } from 'vitest'
import { faultCases } from '../../http/test/clouds/fault-cases.ts'
import { openGcsCloud } from './gcs-cloud.ts'

vi.setConfig({ testTimeout: 180_000 })

describe('direct uploads to Google Cloud Storage, where something goes wrong', () => {
  let opened: Awaited<ReturnType<typeof openGcsCloud>>
  beforeAll(async () => {
    opened = await openGcsCloud()
  })
  afterAll(() => opened?.close())
  faultCases(() => opened.cloud)
})
