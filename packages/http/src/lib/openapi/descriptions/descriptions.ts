import type { Operation } from '../../profile/operation.ts'
import { documentOperations } from './about.ts'
import { assetOperations } from './assets.ts'
import { contentOperations } from './content.ts'
import type { Description } from './description.ts'
import { directUploadOperations } from './direct-uploads.ts'
import { resumableUploadOperations } from './resumable-uploads.ts'

/** Every operation: one that has no entry does not compile. */
export const descriptions: Readonly<Record<Operation, Description>> = {
  ...assetOperations,
  ...contentOperations,
  ...directUploadOperations,
  ...resumableUploadOperations,
  ...documentOperations,
}
