/** An address to go to: http and https only, since an API's items may hold what strangers wrote. */
export function safeLinkUrl(url: string | null): string | null {
  return schemeOf(url) === 'http' ? url : null
}

/** An address of a picture: the same, and what the page made itself. */
export function safeImageUrl(url: string | null): string | null {
  return schemeOf(url) === null ? null : url
}

function schemeOf(url: string | null): 'http' | 'own' | null {
  if (url === null || !URL.canParse(url, document.baseURI)) return null
  const { protocol } = new URL(url, document.baseURI)
  if (protocol === 'http:' || protocol === 'https:') return 'http'
  return protocol === 'blob:' || protocol === 'data:' ? 'own' : null
}
