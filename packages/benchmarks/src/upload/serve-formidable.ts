import formidable from 'formidable'
import { objectsFolder } from './objects.ts'
import { type Digesting, formServer } from './receive-form.ts'

const MAX_BYTES = 8 * 1024 ** 3

export async function serve(folder: string, { sha256 }: Digesting) {
  const uploadDir = await objectsFolder(folder)
  const hashAlgorithm = sha256 ? ('sha256' as const) : false
  return formServer(async req => {
    const form = formidable({ uploadDir, hashAlgorithm, maxFileSize: MAX_BYTES, maxTotalFileSize: MAX_BYTES })
    const [, files] = await form.parse(req)
    return files.file?.[0]?.hash ?? null
  })
}
