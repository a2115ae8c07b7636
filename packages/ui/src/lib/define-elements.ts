import { StowageGallery } from './gallery/gallery.ts'
import { StowageUploader } from './uploader/uploader.ts'

/** Registers `<stowage-uploader>` and `<stowage-gallery>`, where the page has not yet. */
export function defineStowageElements(): void {
  if (!customElements.get('stowage-uploader')) customElements.define('stowage-uploader', StowageUploader)
  if (!customElements.get('stowage-gallery')) customElements.define('stowage-gallery', StowageGallery)
}
