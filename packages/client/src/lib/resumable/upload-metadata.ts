import { detailFields } from '../details.ts'
import type { UploadOptions } from '../inputs.ts'
import { nameOf } from '../upload/send-file.ts'

/** Text in which brackets are no list. */
const PLAIN: readonly string[] = ['title', 'description', 'visibility']

/** What is said of a file, as `Upload-Metadata`: names of the form's text fields, each once; values in Base64, a list as JSON. */
export function uploadMetadata(blob: Blob, options: UploadOptions): string {
  const { sha256 } = options
  const values = new Map<string, string[]>([['filename', [nameOf(blob, options)]]])
  const type = options.contentType ?? blob.type
  if (type !== '') values.set('filetype', [type])
  if (sha256 !== undefined) values.set('sha256', [sha256])
  for (const [name, value] of detailFields(options)) values.set(name, [...(values.get(name) ?? []), value])
  return Array.from(values, ([name, all]) => `${name} ${base64(textOf(name, all))}`.trim()).join(',')
}

function textOf(name: string, [first = '', ...others]: readonly string[]): string {
  const isList = name === 'tags' || others.length > 0 || (first.startsWith('[') && !PLAIN.includes(name))
  return isList ? JSON.stringify([first, ...others]) : first
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join(''))
}
