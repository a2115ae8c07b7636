export type * from './lib/asset-source.ts'
export { defineStowageElements } from './lib/define-elements.ts'
export type { StowageDeleteDetail, StowageOpenDetail, StowageSelectDetail } from './lib/gallery/events.ts'
export { StowageGallery } from './lib/gallery/gallery.ts'
export { type GalleryLabels, galleryLabels } from './lib/gallery/labels.ts'
export { type HouseSourceOptions, houseSource } from './lib/house-source.ts'
export { basicStyles } from './lib/shared/basic-styles.ts'
export type { Trouble, TroubleKind } from './lib/shared/trouble.ts'
export { type UploadCounts, type UploaderLabels, uploaderLabels } from './lib/uploader/labels.ts'
export type { UploadEntry } from './lib/uploader/queue.ts'
export {
  type StowageErrorDetail,
  type StowageProgressDetail,
  type StowageUploadDetail,
  StowageUploader,
} from './lib/uploader/uploader.ts'
