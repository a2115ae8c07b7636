/**
 * `Link` to the neighbouring pages: the same question, with the page's own parameters changed.
 * @see RFC 8288
 */
export function linkHeader(
  url: string,
  query: URLSearchParams,
  links: Readonly<Partial<Record<'next' | 'prev', Readonly<Record<string, string>>>>>,
  without: readonly string[],
): string | null {
  const lines = Object.entries(links).map(([rel, changes]) => {
    const params = new URLSearchParams(query)
    for (const name of without) params.delete(name)
    for (const [name, value] of Object.entries(changes)) params.set(name, value)
    return `<${url}?${params}>; rel="${rel}"`
  })
  return lines.length === 0 ? null : lines.join(', ')
}
