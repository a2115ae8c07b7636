/** What is kept of a film or a sound, in `asset.properties`; `width` and `height` of a film, as seen, are the asset's own. Absent: not known. */
export type AvProperties = {
  durationSeconds?: number
  /** Of all streams together. */
  bitsPerSecond?: number
  /** The first of its kind. */
  video?: VideoStream
  audio?: AudioStream
  /** From the file's own tags, at most 300 characters. */
  title?: string
  artist?: string
  album?: string
}

export type VideoStream = {
  /** Short and in lower case: `h264`, `hevc`, `vp9`, `av1`, … */
  codec: string
  framesPerSecond?: number
  /** Clockwise, in degrees: how far the stored picture is turned to be seen. Absent: not at all. */
  rotation?: number
  bitsPerSecond?: number
}

export type AudioStream = {
  /** Short and in lower case: `aac`, `mp3`, `opus`, `vorbis`, `flac`, `pcm`, … */
  codec: string
  channels?: number
  sampleRateHz?: number
  bitsPerSecond?: number
}
