const keys = new WeakMap<File, Map<string, string>>()

/** Names the request that sends this file with these texts: one whose answer was lost is sent again, and makes nothing twice. */
export function formKey(form: FormData): string | null {
  const file = form.get('file')
  if (!(file instanceof File)) return null
  const texts = JSON.stringify([...form].filter(([, value]) => typeof value === 'string'))
  const ofFile = keys.get(file) ?? new Map<string, string>()
  keys.set(file, ofFile)
  const key = ofFile.get(texts) ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), part => part.toString(36)).join('-')
  ofFile.set(texts, key)
  return key
}
