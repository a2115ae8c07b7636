/** A refusal, in the API's own words. The elements of @stowage/ui know `status`, `code` and `retryAfterSeconds`. */
class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly retryAfterSeconds: number | undefined

  constructor(response: Response, words: { readonly message: string; readonly code: string }) {
    super(words.message)
    this.status = response.status
    this.code = words.code
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterSeconds = Number.isNaN(retryAfter) ? undefined : retryAfter
  }
}

/** The JSON of an answer. @throws ApiError where it is a refusal, in any of the four shapes that these APIs have for it */
export async function readJson<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return body as T
  throw new ApiError(response, wordsOf(body, response.status))
}

/** The bytes of an answer. @throws ApiError as {@link readJson} */
export async function readBlob(response: Response): Promise<Blob> {
  if (!response.ok) return readJson(response)
  return response.blob()
}

function wordsOf(body: unknown, status: number): { message: string; code: string } {
  const { error, message, code } = Object(body) as { error?: unknown; message?: unknown; code?: unknown }
  const inner = Object(error) as { message?: unknown; code?: unknown }
  const text = [message, inner.message, error].find(each => typeof each === 'string')
  const name = [code, inner.code].find(each => typeof each === 'string')
  return { message: text ?? `The API answered ${status}.`, code: name ?? codes[status] ?? 'refused' }
}

/** Where an API has words only. */
const codes: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'content_too_large',
  415: 'unsupported_media_type',
}
