import type { StorageCapabilities } from '@stowage/core/contracts'
import { MAX_USER_METADATA_BYTES } from './attributes.ts'
import { MAX_OBJECT_BYTES } from './part-sizes.ts'
import type { Place } from './place.ts'

const MAX_KEY_BYTES = 1024

export function capabilitiesOf({ quirks, prefix }: Place): StorageCapabilities {
  const maxKeyBytes = MAX_KEY_BYTES - Buffer.byteLength(prefix)
  return {
    createOnly: quirks.createOnly,
    conditionalPut: quirks.conditionalPut,
    attributes: true,
    userMetadata: true,
    maxUserMetadataBytes: MAX_USER_METADATA_BYTES,
    delimiter: true,
    keyMayBePrefix: true,
    maxKeyBytes,
    maxKeySegmentBytes: maxKeyBytes,
    maxObjectBytes: MAX_OBJECT_BYTES,
    copy: true,
    setAttributes: true,
    presignGet: true,
    presignPut: true,
    presignPost: quirks.presignPost,
    multipart: true,
    localFile: false,
  }
}
