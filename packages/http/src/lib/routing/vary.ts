/** One value of Vary from several; null where nothing varies. RFC 9110 §12.5.5 */
export function joinVary(...values: readonly (string | undefined)[]): string | null {
  const given = values.filter(value => value !== undefined)
  if (given.length < 2) return given[0] ?? null
  const names = new Map<string, string>()
  for (const name of given.join(',').split(',')) {
    const trimmed = name.trim()
    if (trimmed !== '' && !names.has(trimmed.toLowerCase())) names.set(trimmed.toLowerCase(), trimmed)
  }
  return names.has('*') ? '*' : [...names.values()].join(', ')
}
