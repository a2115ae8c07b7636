export interface FrameHeader {
  readonly sizeBytes: number
  readonly seconds: number
}

/** Kilobits per second by index: layers 1 to 3 of MPEG 1; layer 1, and layers 2 and 3, of MPEG 2 and 2.5. */
const MPEG1 = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
]
const MPEG2_LAYER_1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
const MPEG2 = [MPEG2_LAYER_1, ...Array<number[]>(2).fill([0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160])]
const MPEG1_RATES = [44_100, 48_000, 32_000]
const ADTS_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350]

/** The MPEG audio frame that begins at `at`. @see ISO/IEC 11172-3 §2.4.2.3, 13818-3 */
export function mpegAudioFrame(bytes: Uint8Array, at: number): FrameHeader | null {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null
  const version = (second >> 3) & 3 // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const layer = 4 - ((second >> 1) & 3)
  const kilobits = (version === 3 ? MPEG1 : MPEG2)[layer - 1]?.[third >> 4]
  const fullRate = MPEG1_RATES[(third >> 2) & 3]
  if (version === 1 || !kilobits || !fullRate) return null
  const rate = version === 3 ? fullRate : version === 2 ? fullRate / 2 : fullRate / 4
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152
  const slot = layer === 1 ? 4 : 1
  const slots = Math.floor((samples * kilobits * 125) / rate / slot) + ((third >> 1) & 1)
  return { sizeBytes: slots * slot, seconds: samples / rate }
}

/** The AAC frame that begins at `at`. @see ISO/IEC 13818-7 §6.2 */
export function adtsFrame(bytes: Uint8Array, at: number): FrameHeader | null {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = bytes.subarray(at, at + 7)
  if (first !== 0xff || (second & 0xf6) !== 0xf0) return null
  const rate = ADTS_RATES[(third >> 2) & 15]
  const sizeBytes = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5)
  if (!rate || sizeBytes < 7) return null
  return { sizeBytes, seconds: (((seventh & 3) + 1) * 1024) / rate }
}
