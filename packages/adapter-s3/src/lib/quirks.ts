/** What a service does otherwise than Amazon S3 documents. Each can be set by itself, over what the flavor says. */
export interface S3Quirks {
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean
  /** PutObject honours `If-None-Match: *`. False: the storage doesn't offer `createOnly`. */
  readonly createOnly: boolean
  /** CompleteMultipartUpload honours `If-None-Match: *`. False: it is asked for the object just before, which leaves racers a moment. */
  readonly createOnlyComplete: boolean
  /** CopyObject honours `If-None-Match: *`. False: such a copy is made of parts. */
  readonly createOnlyCopy: boolean
  /** PutObject and CompleteMultipartUpload honour `If-Match`. False: the storage doesn't offer `conditionalPut`. */
  readonly conditionalPut: boolean
  /** Keeps and verifies SHA-256 as `x-amz-checksum-sha256`. False: only the signature covers the bytes on their way, and no digest can be pinned in a signed URL. */
  readonly checksums: boolean
  /** All parts of an upload but the last must have one size. True: an object of unknown size ends at 10,000 parts of `partBytes`. */
  readonly equalParts: boolean
  /** Takes forms (POST) with a policy. */
  readonly presignPost: boolean
  /** Deletes many keys in one request. */
  readonly deleteMany: boolean
}

/** Services whose quirks are known. `ceph` is Ceph 20 and later, `ceph-18` what came before. */
export type S3Flavor = 'aws' | 'r2' | 'minio' | 'ceph' | 'ceph-18' | 'b2'

const AWS: S3Quirks = {
  pathStyle: false,
  createOnly: true,
  createOnlyComplete: true,
  createOnlyCopy: true,
  conditionalPut: true,
  checksums: true,
  equalParts: false,
  presignPost: true,
  deleteMany: true,
}

export const flavors: Readonly<Record<S3Flavor, S3Quirks>> = {
  aws: AWS,
  r2: { ...AWS, createOnlyComplete: false, createOnlyCopy: false, checksums: false, equalParts: true, presignPost: false },
  minio: { ...AWS, pathStyle: true, createOnlyComplete: false, createOnlyCopy: false },
  ceph: { ...AWS, pathStyle: true, createOnlyCopy: false },
  'ceph-18': {
    ...AWS,
    pathStyle: true,
    createOnlyComplete: false,
    createOnlyCopy: false,
    conditionalPut: false,
    checksums: false,
  },
  b2: {
    ...AWS,
    createOnly: false,
    createOnlyComplete: false,
    createOnlyCopy: false,
    conditionalPut: false,
    checksums: false,
    presignPost: false,
  },
}
