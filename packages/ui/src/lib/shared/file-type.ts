/** What an icon shows. */
export type FileType = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'archive' | 'file'

const ARCHIVES = /^application\/(zip|gzip|x-tar|x-7z-compressed|vnd\.rar|x-bzip2?|x-xz|zstd|java-archive)\b/
const TEXTS = /^application\/(json|xml|rtf|msword|javascript|yaml|vnd\.(ms-|openxml|oasis))/

export function fileTypeOf(contentType: string): FileType {
  const [major] = contentType.split('/', 1)
  if (major === 'image' || major === 'video' || major === 'audio') return major
  if (contentType.startsWith('application/pdf')) return 'pdf'
  if (ARCHIVES.test(contentType)) return 'archive'
  return major === 'text' || TEXTS.test(contentType) ? 'text' : 'file'
}

/** What follows the last dot, in capitals: `PNG`. Empty where that is nothing short. */
export function extensionOf(filename: string): string {
  const found = /\.([a-z0-9]{1,5})$/i.exec(filename)
  return found?.[1]?.toUpperCase() ?? ''
}
