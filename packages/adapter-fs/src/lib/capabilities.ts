import type { StorageCapabilities } from '@stowage/core/contracts'
import { MAX_KEY_BYTES, MAX_SEGMENT_BYTES } from './keys.ts'

// What ext4 with 4 KiB blocks holds in one file, less a block.
const MAX_OBJECT_BYTES = 16 * 1024 ** 4 - 4096

export function capabilitiesOf({ signs }: { readonly signs: boolean }): StorageCapabilities {
  return {
    createOnly: true,
    conditionalPut: false,
    attributes: false,
    userMetadata: false,
    maxUserMetadataBytes: 0,
    delimiter: true,
    keyMayBePrefix: false,
    maxKeyBytes: MAX_KEY_BYTES,
    maxKeySegmentBytes: MAX_SEGMENT_BYTES,
    maxObjectBytes: MAX_OBJECT_BYTES,
    copy: true,
    setAttributes: false,
    presignGet: signs,
    presignPut: signs,
    presignPost: false,
    multipart: true,
    localFile: true,
  }
}
