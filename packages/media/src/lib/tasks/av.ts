import type { Inspection } from '@stowage/core/contracts'
import { type Task, Unreadable } from '../pool/task.ts'
import { avFacts } from '../processors/av/av-facts.ts'
import { measuredDuration } from '../processors/av/measured-duration.ts'
import { mediaInfo } from '../processors/av/media-info.ts'

const task: Task<object, Inspection> = async file => {
  if (file.sizeBytes === 0) throw new Unreadable('The file is empty.')
  const tracks = await mediaInfo(file)
  const { properties, ...size } = avFacts(tracks)
  const durationSeconds = properties.durationSeconds ?? (await measuredDuration(file, tracks))
  return { ...size, properties: { ...properties, ...(durationSeconds !== null && { durationSeconds }) } }
}
export default task
