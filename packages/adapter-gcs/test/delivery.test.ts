import { afterAll, beforeAll, describe, vi } from 'vitest'
import { deliveryCases } from '../../http/test/clouds/delivery-cases.ts'
import { openGcsCloud } from './gcs-cloud.ts'

vi.setConfig({ testTimeout: 180_000 })

describe('delivery by redirect to Google Cloud Storage', () => {
  let opened: Awaited<ReturnType<typeof openGcsCloud>>
  beforeAll(async () => {
    opened = await openGcsCloud()
  })
  afterAll(() => opened?.close())
  deliveryCases(() => opened.cloud)
})
