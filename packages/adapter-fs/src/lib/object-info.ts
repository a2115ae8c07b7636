import type { BigIntStats } from 'node:fs'
import type { ObjectInfo } from '@stowage/core/contracts'

/**
 * What a stat says of an object. The ETag is its modification time and size: each put stamps a time of its own before the object
 * becomes visible (`Stamps`), and unlike the inode number both survive `cp -a` and `rsync -a` to another disk.
 */
export function objectInfo(key: string, stat: Pick<BigIntStats, 'mtimeNs' | 'size'>): ObjectInfo {
  return {
    key,
    sizeBytes: Number(stat.size),
    etag: `"${stat.mtimeNs.toString(36)}-${stat.size.toString(36)}"`,
    lastModified: new Date(Number(stat.mtimeNs / 1_000_000n)),
  }
}
