import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { padMp4 } from '../../../../test/moov-at-end.ts'
import { parsers } from '../../../../test/parsers.ts'
import { storedFile } from '../../../../test/stored-file.ts'
import { temporaryFolder } from '../../../../test/temporary-folder.ts'
import { avProcessor } from './av-processor.ts'

const files = join(import.meta.dirname, '../../../../test/files')
const unreadable = { code: 'unprocessable', retryable: false }
const folder = temporaryFolder()
const pool = parsers()

async function processed(path: string) {
  const file = await storedFile(path, { contentType: 'video/mp4' })
  return { ...file, inspection: await avProcessor(pool).process(file.input) }
}

async function processedBytes(bytes: Uint8Array) {
  const path = join(folder(), crypto.randomUUID())
  await writeFile(path, bytes)
  return (await processed(path)).inspection
}

const h264 = { codec: 'h264', framesPerSecond: 10 }
const mono = { channels: 1, sampleRateHz: 44_100 }

it.each([
  ['video.mp4', { width: 64, height: 48 }, { durationSeconds: 2, video: h264, audio: { codec: 'aac', ...mono } }],
  ['rotated.mp4', { width: 48, height: 64 }, { durationSeconds: 2, video: { ...h264, rotation: 270 } }],
  ['rotated.mov', { width: 48, height: 64 }, { durationSeconds: 2, video: { ...h264, rotation: 270 } }],
  ['wide.mp4', { width: 96, height: 48 }, { durationSeconds: 2, video: { codec: 'h264', framesPerSecond: 25 } }],
  ['hevc.mp4', { width: 64, height: 48 }, { durationSeconds: 2, video: { codec: 'hevc' } }],
  ['av1.webm', { width: 64, height: 48 }, { durationSeconds: 2, video: { codec: 'av1' } }],
  [
    'video.webm',
    { width: 64, height: 48 },
    { durationSeconds: 2.008, video: { codec: 'vp9' }, audio: { codec: 'opus', sampleRateHz: 48_000 } },
  ],
  ['live.webm', { width: 64, height: 48 }, { durationSeconds: 1.981, video: { codec: 'vp9' }, audio: { codec: 'opus' } }],
  ['video.mkv', { width: 64, height: 48 }, { durationSeconds: 2.023, video: h264, audio: { codec: 'aac', ...mono } }],
  ['video.avi', { width: 64, height: 48 }, { durationSeconds: 2, video: { codec: 'mpeg4' } }],
  ['video.wmv', { width: 64, height: 48 }, { durationSeconds: 2.046, video: { codec: 'wmv2' }, audio: { codec: 'wma' } }],
  [
    'tone.mp3',
    {},
    { durationSeconds: 2.037, audio: { codec: 'mp3', ...mono, bitsPerSecond: 32_000 }, title: 'Tone', artist: 'Nobody' },
  ],
  ['tone-vbr.mp3', {}, { durationSeconds: 2.037, audio: { codec: 'mp3', ...mono } }],
  ['tone.ogg', {}, { durationSeconds: 2, audio: { codec: 'vorbis', ...mono } }],
  ['tone.opus', {}, { durationSeconds: 2.007, audio: { codec: 'opus', channels: 1, sampleRateHz: 48_000 } }],
  ['tone.flac', {}, { durationSeconds: 2, audio: { codec: 'flac', channels: 1, sampleRateHz: 8000 } }],
  ['tone.m4a', {}, { durationSeconds: 2, audio: { codec: 'aac', ...mono } }],
  ['tone.aac', {}, { durationSeconds: 2.043, audio: { codec: 'aac', ...mono } }],
])('reads %s', async (name, size, properties) => {
  const { inspection } = await processed(join(files, name))
  expect(inspection).toMatchObject({ ...size, properties })
  expect(inspection?.width).toBe((size as { width?: number }).width)
})

it('reads a WAV', async () => {
  expect(await processedBytes(wav(3))).toEqual({
    properties: {
      durationSeconds: 3,
      bitsPerSecond: expect.any(Number),
      audio: { codec: 'pcm', channels: 2, sampleRateHz: 8000, bitsPerSecond: 256_000 },
    },
  })
})

it('reads a large MP4 whose index is at its end from a few of its bytes', async () => {
  const path = join(folder(), 'large.mp4')
  await padMp4(join(files, 'video.mp4'), path, 256 * 1024 * 1024)
  const { inspection, input, readBytes } = await processed(path)
  expect(inspection).toMatchObject({
    width: 64,
    height: 48,
    properties: { durationSeconds: 2, video: { codec: 'h264' }, audio: { codec: 'aac' } },
  })
  expect(input.asset.sizeBytes).toBeGreaterThan(256 * 1024 * 1024)
  expect(readBytes()).toBeLessThan(4 * 1024 * 1024)
})

it('reads a long WAV from its beginning', async () => {
  const path = join(folder(), 'long.wav')
  await writeFile(path, wav(600))
  const { inspection, input, readBytes } = await processed(path)
  expect(inspection?.properties).toMatchObject({ durationSeconds: 600 })
  expect(readBytes()).toBeLessThan(input.asset.sizeBytes / 8)
})

it('measures an MP3 without an index by its frames', async () => {
  const bytes = await readFile(join(files, 'tone-vbr.mp3'))
  const frames = bytes.subarray(bytes.indexOf(Buffer.from([0xff, 0xfb])))
  const second = frames.indexOf(frames.subarray(0, 2), 2)
  const body = frames.subarray(second)
  expect(await processedBytes(Buffer.concat(Array<Buffer>(20).fill(body)))).toMatchObject({
    properties: { durationSeconds: expect.closeTo(20 * 2.037, 0), audio: { codec: 'mp3' } },
  })
})

const names = [
  'video.mp4',
  'rotated.mov',
  'video.webm',
  'video.mkv',
  'video.avi',
  'video.wmv',
  'tone.mp3',
  'tone.ogg',
  'tone.opus',
  'tone.flac',
  'tone.m4a',
  'tone.aac',
]

it.each(names)('says that nothing of %s can be read when it is overwritten', async name => {
  const bytes = await readFile(join(files, name))
  await expect(processedBytes(bytes.fill('x'))).rejects.toMatchObject(unreadable)
})

it.each(names)('reads what a cut %s still says, or refuses it', async name => {
  const bytes = await readFile(join(files, name))
  for (const part of [0.02, 0.5, 0.95]) {
    const [outcome] = await Promise.allSettled([processedBytes(bytes.subarray(0, bytes.length * part))])
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unreadable)
    else expect(outcome.value?.properties?.audio ?? outcome.value?.properties?.video).toMatchObject({ codec: expect.any(String) })
  }
})

it('refuses an empty file', async () => {
  await expect(processedBytes(Buffer.alloc(0))).rejects.toMatchObject(unreadable)
})

it('wants films and sounds, and no lists of them', () => {
  const { accepts } = avProcessor(pool)
  expect(['video/mp4', 'audio/mpeg', 'application/ogg', 'video/x-ms-asf', 'video/quicktime', 'audio/x-flac'].every(accepts)).toBe(
    true,
  )
  expect(['image/png', 'application/pdf', 'audio/x-mpegurl', 'audio/midi', 'application/octet-stream'].some(accepts)).toBe(false)
})

function wav(seconds: number): Buffer {
  const data = seconds * 8000 * 4
  const bytes = Buffer.alloc(44 + data)
  bytes.write('RIFF')
  bytes.writeUInt32LE(36 + data, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(2, 22)
  bytes.writeUInt32LE(8000, 24)
  bytes.writeUInt32LE(32_000, 28)
  bytes.writeUInt16LE(4, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(data, 40)
  return bytes
}
