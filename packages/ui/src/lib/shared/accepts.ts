/** Whether an `accept` attribute lets a file through: extensions, types, and types such as `image/*`. Empty accepts everything. */
export function accepts(accept: string | undefined, file: { readonly name: string; readonly type: string }): boolean {
  const wanted = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
  if (wanted.length === 0) return true
  const [name, type] = [file.name.toLowerCase(), file.type.toLowerCase()]
  return wanted.some(each => {
    if (each.startsWith('.')) return name.endsWith(each)
    // The browser knows no type of some files: the API looks at their bytes.
    if (each === '*/*' || type === '') return true
    return each.endsWith('/*') ? type.startsWith(each.slice(0, -1)) : type === each
  })
}

/** The same for people: `JPEG, PNG, PDF`. Empty where everything is accepted, or where it is not short. */
export function acceptText(accept: string | undefined, words: Readonly<Record<string, string>>): string {
  const parts = (accept ?? '').split(',').map(each => each.trim())
  if (parts.includes('*/*')) return ''
  const names = parts.filter(each => each !== '').map(each => nameOf(each, words))
  return [...new Set(names)].slice(0, 8).join(', ')
}

function nameOf(accept: string, words: Readonly<Record<string, string>>): string {
  if (accept.startsWith('.')) return accept.slice(1).toUpperCase()
  const [major = '', minor = ''] = accept.toLowerCase().split('/')
  if (minor === '*') return words[major] ?? major
  return minor.replace(/^x-/, '').replace(/\+.*$/, '').toUpperCase()
}
