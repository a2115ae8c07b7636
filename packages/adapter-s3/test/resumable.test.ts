import { type S3Server, s3Server } from '@stowage/servers'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { otherResumableCases, resumableCases } from '../../http/test/clouds/resumable-cases.ts'
import { openS3Cloud } from './s3-cloud.ts'

vi.setConfig({ testTimeout: 180_000 })

const server = await s3Server()

describe.skipIf(server === null)('resumable uploads to a real S3 service', () => {
  let opened: Awaited<ReturnType<typeof openS3Cloud>>
  beforeAll(async () => {
    opened = await openS3Cloud(server as S3Server)
  })
  afterAll(() => opened?.close())
  resumableCases(() => opened.cloud)
  otherResumableCases(() => opened.cloud)
})
