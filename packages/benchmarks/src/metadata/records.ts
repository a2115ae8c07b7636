import type { AssetRecord, Change, KindSchema } from '@stowage/core/contracts'

export const KINDS: readonly KindSchema[] = [{ name: 'file', fields: [{ name: 'part', type: 'string', indexed: true }] }]

const START = 1_600_000_000_000
const SYLLABLES = ['ba', 'ke', 'lo', 'mi', 'nu', 'ra', 'so', 'ti', 'va', 'ze', 'cho', 'dra', 'fel', 'gim', 'hur', 'jol']

// A small generator of our own, so that every run has the same rows.
export function random(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

export const wordOf = (seed: number): string =>
  [0, 1, 2].map(i => SYLLABLES[Math.floor(random(seed * 3 + i) * SYLLABLES.length)]).join('')

const pad = (number: number): string => number.toString(16).padStart(12, '0')
export const idOf = (number: number): string => `01890000-0000-7000-8000-${pad(number)}`
export const createdAtOf = (number: number): number => START + number * 731

/**
 * Asset of a number: titles of six words, every tenth with `report`, every fifty-thousandth with `zebraquartz`; 1,000 spaces and
 * one of 200 assets, 5,000 creators, 1,000 parts, a tag on half of them and one on every ten-thousandth.
 */
export function assetOf(number: number): AssetRecord {
  const words = [0, 1, 2, 3, 4, 5].map(i => wordOf(Math.floor(random(number * 7 + i) ** 2 * 20_000)))
  if (number % 10 === 3) words[2] = 'Report'
  if (number % 50_000 === 17) words[3] = 'zebraquartz'
  return {
    id: idOf(number),
    kind: 'file',
    space: number % 5000 === 3 ? 'small' : `space-${Math.floor(random(number * 11) * 1000)}`,
    createdBy: `user-${Math.floor(random(number * 13) * 5000)}`,
    type: number % 4 === 0 ? 'pdf' : 'image',
    state: 'ready',
    processing: 'none',
    processingError: null,
    processingProgress: null,
    visibility: 'private',
    title: words.join(' '),
    description: null,
    slug: null,
    filename: `${words[0]}-${number}.png`,
    uniqueName: null,
    contentType: 'image/png',
    sizeBytes: 16_384 + number,
    sha256: pad(number).repeat(6).slice(0, 64),
    width: 640,
    height: 480,
    properties: {},
    fields: { part: `part-${Math.floor(random(number * 17) * 1000)}` },
    metadata: { camera: 'none', rating: number % 6 },
    tags: [...(number % 2 === 0 ? ['common'] : []), ...(number % 10_000 === 0 ? ['rare'] : []), `w-${number % 300}`],
    externalUrl: null,
    blobId: `blob-${pad(number)}`,
    version: 1,
    createdAt: createdAtOf(number),
    updatedAt: createdAtOf(number),
  }
}

/** The two commits of an upload: what is meant, and what has been done. */
export function uploadOf(number: number): readonly [intent: Change[], done: Change[]] {
  const asset = assetOf(number)
  const { blobId, ...given } = asset
  const blob = {
    id: blobId ?? '',
    assetId: asset.id,
    kind: 'file',
    storage: 'fs',
    key: `objects/${pad(number)}`,
    role: 'original',
    sourceId: null,
    scan: null,
    sizeBytes: null,
    sha256: null,
    etag: null,
    contentType: null,
    purgesLeft: 1,
    createdAt: asset.createdAt,
  }
  const leaseToken = `lease-${number}`
  return [
    [
      { op: 'insertAsset', asset: { ...given, blobId: null, state: 'uploading' } },
      { op: 'insertBlob', blob: { ...blob, state: 'writing', leaseToken, dueAt: asset.createdAt + 60_000 } },
    ],
    [
      {
        op: 'updateBlob',
        id: blob.id,
        guard: { states: ['writing'], leaseToken },
        set: { state: 'stored', leaseToken: null, dueAt: null, sizeBytes: asset.sizeBytes, sha256: asset.sha256 },
      },
      {
        op: 'updateAsset',
        id: asset.id,
        kind: 'file',
        guard: { states: ['uploading'] },
        set: { state: 'ready', blobId, updatedAt: asset.updatedAt },
      },
      { op: 'addUsage', kind: 'file', space: asset.space, bytes: asset.sizeBytes ?? 0, count: 1 },
    ],
  ]
}
