import type { Inspection } from '@stowage/core/contracts'
import { Unreadable } from '../../pool/task.ts'
import { plainText } from '../plain-text.ts'
import type { AudioStream, AvProperties, VideoStream } from './av-properties.ts'
import { codecName } from './codec.ts'
import type { Track } from './media-info.ts'

/** Ten years: a longer duration is a mistake, or a joke. */
const MAX_SECONDS = 10 * 366 * 86_400
const MAX_SIDE = 100_000

/** The facts in what the library says. @throws Unreadable when it found neither picture nor sound */
export function avFacts(tracks: readonly Track[]): Inspection & { properties: AvProperties } {
  const of = (type: string): Track | undefined => tracks.find(track => track['@type'] === type)
  const general = of('General') ?? {}
  const video = of('Video')
  const audio = of('Audio')
  if (!video && !audio)
    throw new Unreadable('The file holds neither picture nor sound that can be read: it is damaged or incomplete.')
  const properties: AvProperties = {
    ...given('durationSeconds', seconds(general.Duration ?? video?.Duration ?? audio?.Duration)),
    ...given('bitsPerSecond', number(general.OverallBitRate)),
    ...given('video', video && videoStream(video)),
    ...given('audio', audio && audioStream(audio)),
    ...given('title', plainText(general.Title ?? general.Track)),
    ...given('artist', plainText(general.Performer)),
    ...given('album', plainText(general.Album)),
  }
  return { ...(video && sizeAsSeen(video)), properties }
}

function videoStream(track: Track): VideoStream {
  return {
    codec: codecName(track.Format, track.Format_Profile),
    ...given('framesPerSecond', number(track.FrameRate, 100_000)),
    ...given('rotation', rotationOf(track)),
    ...given('bitsPerSecond', number(track.BitRate)),
  }
}

function audioStream(track: Track): AudioStream {
  return {
    codec: codecName(track.Format, track.Format_Profile),
    ...given('channels', number(track.Channels, 256)),
    ...given('sampleRateHz', number(track.SamplingRate, 50_000_000)),
    ...given('bitsPerSecond', number(track.BitRate)),
  }
}

/** Square pixels, turned as the file says. */
function sizeAsSeen(track: Track): Pick<Inspection, 'width' | 'height'> {
  const height = side(track.Height)
  const width = side(Number(track.Width) * (number(track.PixelAspectRatio) ?? 1))
  if (width === null || height === null) return {}
  const rotation = rotationOf(track)
  return rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height }
}

function rotationOf(track: Track): number | null {
  const degrees = number(track.Rotation)
  return degrees === null ? null : ((Math.round(degrees) % 360) + 360) % 360 || null
}

function side(value: unknown): number | null {
  const pixels = Math.round(number(value, MAX_SIDE) ?? 0)
  return pixels >= 1 ? pixels : null
}

function seconds(value: unknown): number | null {
  const found = number(value, MAX_SECONDS)
  return found === null ? null : Math.round(found * 1000) / 1000
}

/** More than zero, or not known: the library gives numbers as text, and zero where it knows none. */
function number(value: unknown, most = Number.MAX_SAFE_INTEGER): number | null {
  const found = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0
  return Number.isFinite(found) && found > 0 && found <= most ? found : null
}

function given<Key extends string, Value>(key: Key, value: Value | null | undefined): Partial<Record<Key, Value>> {
  return value === null || value === undefined ? {} : ({ [key]: value } as Record<Key, Value>)
}
