import { afterAll, beforeAll, describe, vi } from 'vitest'
import { otherResumableCases } from '../../http/test/clouds/resumable-cases.ts'
import { resumableFaultCases } from '../../http/test/clouds/resumable-fault-cases.ts'
import { openGcsCloud } from './gcs-cloud.ts'

vi.setConfig({ testTimeout: 600_000 })

describe('resumable uploads to Google Cloud Storage, where something goes wrong', () => {
  let opened: Awaited<ReturnType<typeof openGcsCloud>>
  beforeAll(async () => {
    opened = await openGcsCloud()
  })
  afterAll(() => opened?.close())
  resumableFaultCases(() => opened.cloud)
  otherResumableCases(() => opened.cloud)
})
