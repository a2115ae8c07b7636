/** What an api answers, with what middleware has set before: the api's own headers win, Vary says both. */
export function mergeHeaders(before: Headers, own: Iterable<readonly [string, string]>): Headers {
  const headers = new Headers(before)
  for (const [name, value] of own) {
    const lower = name.toLowerCase()
    if (lower === 'set-cookie') headers.append(name, value)
    else headers.set(name, lower === 'vary' ? joinVary(headers.get(name), value) : value)
  }
  // What others may cache must not carry one user's session.
  if (headers.get('cache-control')?.startsWith('public')) headers.delete('set-cookie')
  return headers
}

function joinVary(before: string | null, own: string): string {
  if (before === null) return own
  const names = new Map([...before.split(','), ...own.split(',')].map(name => [name.trim().toLowerCase(), name.trim()]))
  return names.has('*') ? '*' : [...names.values()].filter(name => name !== '').join(', ')
}
