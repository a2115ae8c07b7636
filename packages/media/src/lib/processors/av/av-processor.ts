import type { Inspection, Processor } from '@stowage/core/contracts'
import type { ParserPool } from '../../pool/task.ts'

const PLAYLIST = /mpegurl|scpls|midi/

/** Reads duration, dimensions as seen, codecs, rates and tags of films and sounds, from the parts of the file that hold them. */
export function avProcessor(pool: ParserPool): Processor {
  return {
    name: 'av',
    accepts: contentType => (/^(audio|video)\//.test(contentType) && !PLAYLIST.test(contentType)) || OTHERS.has(contentType),
    process: input => pool.run<Inspection>('av', input, {}),
  }
}

const OTHERS = new Set([
  'application/ogg',
  'application/vnd.ms-asf',
  'application/mxf',
  'application/mp4',
  'application/x-matroska',
])
