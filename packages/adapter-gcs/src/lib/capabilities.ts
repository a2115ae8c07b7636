import type { StorageCapabilities } from '@stowage/core/contracts'

const GIB = 1024 ** 3

/** @see https://cloud.google.com/storage/quotas#objects */
export function capabilitiesOf(prefix: string): StorageCapabilities {
  const maxKeyBytes = 1024 - Buffer.byteLength(prefix)
  return {
    createOnly: true,
    conditionalPut: true,
    attributes: true,
    userMetadata: true,
    // Half of what the service takes: the driver's own names need room too, and what headers can't carry is packed.
    maxUserMetadataBytes: 4096,
    delimiter: true,
    keyMayBePrefix: true,
    maxKeyBytes,
    maxKeySegmentBytes: maxKeyBytes,
    maxObjectBytes: 5 * 1024 * GIB,
    copy: true,
    setAttributes: true,
    presignGet: true,
    presignPut: true,
    presignPost: true,
    multipart: true,
    localFile: false,
  }
}
