/** The headers by which a browser says where a request comes from: of an api's request, or of an Express request. */
export interface CsrfRequest {
  header(name: string): string | null | undefined
}

/** Methods that change nothing. RFC 9110 §9.2.1 */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * Whether a browser says that a request comes from a page of `publicUrl`'s own origin.
 * @returns null when it says nothing either way (no browser, or a very old one)
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function sameOrigin(request: CsrfRequest, publicUrl: string | undefined): boolean | null {
  const site = request.header('sec-fetch-site') ?? null
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.header('origin') ?? null
  if (origin === null) return null
  return publicUrl !== undefined && URL.canParse(publicUrl) && origin === new URL(publicUrl).origin
}
