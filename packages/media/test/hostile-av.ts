import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const files = join(import.meta.dirname, 'files')
const file = (name: string): Buffer => readFileSync(join(files, name))

function box(type: string, ...body: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(body)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.length)
  head.write(type, 4)
  return Buffer.concat([head, content])
}

const FTYP = box('ftyp', Buffer.from('isom\0\0\0\0isom'))
const ASF_HEADER = Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex')
const ASF_PROPERTIES = Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex')
const EBML = Buffer.from(
  '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff',
  'hex',
)

function asfObject(id: Buffer, size: bigint, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(24)
  id.copy(head)
  head.writeBigUInt64LE(size, 16)
  return Buffer.concat([head, body])
}

/** A file with the bytes at `at` (a place, or behind a word in it) replaced. */
function patched(name: string, at: string | number, bytes: readonly number[]): Buffer {
  const whole = file(name)
  const place = typeof at === 'number' ? at : whole.lastIndexOf(at) + at.length
  Buffer.from(bytes).copy(whole, place)
  return whole
}

function nested(type: string, depth: number): Buffer {
  const heads = Buffer.alloc(depth * 8)
  for (let level = 0; level < depth; level++) {
    heads.writeUInt32BE((depth - level) * 8, level * 8)
    heads.write(type, level * 8 + 4)
  }
  return heads
}

const MOST = [0xff, 0xff, 0xff, 0xff]
const NONE = [0, 0, 0, 0]

/** Films and sounds made to loop or to swell, by what is wrong with them. */
export const hostileAv: Readonly<Record<string, () => Buffer>> = {
  'an ASF object without a size': () =>
    Buffer.concat([
      asfObject(ASF_HEADER, 30n + 24n, Buffer.from([1, 0, 0, 0, 1, 2])),
      asfObject(ASF_PROPERTIES, 0n),
      Buffer.alloc(4096),
    ]),
  'an ASF object that is larger than all': () =>
    Buffer.concat([
      asfObject(ASF_HEADER, 2n ** 63n, Buffer.from([...MOST, 1, 2])),
      asfObject(ASF_PROPERTIES, 2n ** 64n - 1n),
      Buffer.alloc(4096),
    ]),
  'an ASF with objects of size zero for a megabyte': () =>
    Buffer.concat([
      asfObject(ASF_HEADER, 2n ** 20n, Buffer.from([...MOST, 1, 2])),
      Buffer.alloc(2 ** 20, asfObject(ASF_PROPERTIES, 0n)),
    ]),
  'a WMV whose header is cut': () => file('video.wmv').subarray(0, 700),
  'an MP4 box of size zero in the index': () => patched('video.mp4', file('video.mp4').lastIndexOf('trak') - 4, NONE),
  'an MP4 box smaller than its own head': () => patched('video.mp4', file('video.mp4').lastIndexOf('trak') - 4, [0, 0, 0, 1]),
  'an MP4 index larger than the file': () => patched('video.mp4', file('video.mp4').lastIndexOf('moov') - 4, MOST),
  'MP4 boxes nested 100,000 deep': () => Buffer.concat([FTYP, nested('moov', 100_000)]),
  'MP4 tracks nested 20,000 deep': () => Buffer.concat([FTYP, box('moov', nested('trak', 20_000))]),
  'an MP4 with 50,000 tracks': () => Buffer.concat([FTYP, box('moov', Buffer.alloc(50_000 * 8, box('trak')))]),
  'four thousand million sample sizes': () => patched('video.mp4', 'stsz', [0, 0, 0, 0, 0, 0, 0, 0, ...MOST]),
  'four thousand million chunks': () => patched('video.mp4', 'stco', [0, 0, 0, 0, ...MOST]),
  'four thousand million durations': () => patched('video.mp4', 'stts', [0, 0, 0, 0, ...MOST]),
  'an MP4 that says its media lies behind its end': () =>
    Buffer.concat([FTYP, Buffer.from([0, 0, 0, 1]), Buffer.from('mdat'), Buffer.alloc(8, 0x7f)]),
  'Matroska elements without an end, one in the other': () =>
    Buffer.concat([EBML, Buffer.alloc(600_000, Buffer.from('1549a96601ffffffffffffff', 'hex'))]),
  'a Matroska element of size zero for a megabyte': () =>
    Buffer.concat([EBML, Buffer.alloc(2 ** 20, Buffer.from('ec80', 'hex'))]),
  'a Matroska with a scale of nothing': () =>
    patched('video.webm', file('video.webm').indexOf(Buffer.from('2ad7b183', 'hex')) + 4, [0, 0, 0]),
  'an ID3 tag larger than the file': () =>
    Buffer.concat([Buffer.from([...Buffer.from('ID3'), 3, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f]), file('tone.mp3')]),
  'ID3 frames of size zero': () =>
    Buffer.concat([
      Buffer.from([...Buffer.from('ID3'), 3, 0, 0, 0, 0x3f, 0x7f, 0x7f]),
      Buffer.alloc(1_048_575, 'TIT2\0\0\0\0\0\0'),
    ]),
  'an ID3 title of a megabyte': () => {
    const head = Buffer.from([...Buffer.from('ID3'), 3, 0, 0, 0, 0x40, 0, 10, ...Buffer.from('TIT2'), 0, 0x10, 0, 0, 0, 0])
    return Buffer.concat([head, Buffer.alloc(2 ** 20, 'A'), file('tone.mp3')])
  },
  'a FLAC whose comments are longer than the file': () =>
    Buffer.concat([Buffer.from('fLaC'), Buffer.from([4, 0xff, 0xff, 0xff, ...MOST]), Buffer.alloc(4096)]),
  'Ogg pages of nothing': () => Buffer.alloc(2 ** 20, Buffer.from(`4f67675300${'00'.repeat(22)}`, 'hex')),
  'a WAV of sizes that are all ones': () =>
    Buffer.concat([Buffer.from('RIFF'), Buffer.from(MOST), Buffer.from('WAVEfmt '), Buffer.from(MOST), Buffer.alloc(4096, 0xff)]),
  'WAV chunks of size zero': () => Buffer.concat([Buffer.from('RIFF\0\0\x10\0WAVE'), Buffer.alloc(2 ** 20, 'LIST\0\0\0\0')]),
  'an AVI of lists in lists': () =>
    Buffer.concat([Buffer.from('RIFF\0\0\x10\0AVI '), Buffer.alloc(600_000, 'LIST\xff\xff\xff\x7fhdrl')]),
}
