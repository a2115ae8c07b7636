import { type GenerateImageInput, type ImageGenerator, StowageError } from '@stowage/core/contracts'
import type { OpenAI } from 'openai'
import { throwIfAborted } from '../abort.ts'
import { choiceOption, integerOption } from '../options.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { toStowageError } from './errors.ts'
import { decodePicture } from './picture.ts'
import { sizeFor } from './sizes.ts'

export interface OpenAiImageGeneratorOptions {
  readonly apiKey: string
  /** Default `https://api.openai.com/v1`. Any server that speaks the same images API. */
  readonly baseUrl?: string
  /** Default `gpt-image-2.5-flare`. */
  readonly model?: string
  /** Default `jpeg`. */
  readonly format?: 'jpeg' | 'png' | 'webp'
  /** Time for one picture, retries included: 1 to 290,000 milliseconds, default 120,000. */
  readonly timeoutMs?: number
  /** Largest picture, 1 byte to 100 MiB. Default 20 MiB. */
  readonly maxBytes?: number
  /** Tries after the first for answers that may pass (429, 5xx, no connection), 0 to 5. Default 2. */
  readonly maxRetries?: number
}

const MIB = 1024 * 1024

/**
 * Makes pictures with a model behind the OpenAI images API, through the `openai` package, which is loaded at first use.
 *
 * Models from gpt-image-2 on are asked for the exact ratio, others for the nearest of the three standard sizes. Answers are taken
 * as base64 only, bounded while they are read, and must be a JPEG, PNG or WebP by their bytes.
 * @throws StowageError `invalid_request` on a wrong option (at once) or an unknown ratio; `unprocessable` where the prompt is refused; `rate_limited`
 * with `details.retryAfterSeconds` where the API says so; `timeout`; `bad_gateway`; `aborted`; `unavailable` for a wrong key or model, which never shows the key
 * @see https://platform.openai.com/docs/api-reference/images/create
 */
export function openAiImageGenerator(options: OpenAiImageGeneratorOptions): ImageGenerator {
  const { apiKey, model, baseUrl, format, timeoutMs, maxBytes, maxRetries } = checkOptions(options)
  return {
    name: 'openai',
    async generate({ prompt, aspectRatio, signal }: GenerateImageInput) {
      throwIfAborted(signal)
      const size = sizeFor(model, aspectRatio)
      if (!size) throw new StowageError('invalid_request', `The aspect ratio ${aspectRatio} is not known.`)
      const deadline = AbortSignal.timeout(timeoutMs)
      const ended = signal ? AbortSignal.any([signal, deadline]) : deadline
      const request = { model, prompt, size, n: 1, output_format: format, stream: false } as const
      try {
        const client = await openClient({
          apiKey,
          baseURL: baseUrl,
          organization: null,
          project: null,
          maxRetries,
          timeout: timeoutMs,
          logLevel: 'off',
          fetch: boundedFetch(Math.ceil(maxBytes / 3) * 4 + MIB, ended),
        })
        const answer: unknown = await client.images.generate(request, { signal: ended })
        return decodePicture(firstPicture(answer), maxBytes)
      } catch (error) {
        throw toStowageError(error, { apiKey, timeoutMs, signal, deadline })
      }
    },
  }
}

function checkOptions(options: OpenAiImageGeneratorOptions) {
  return {
    apiKey: wordOption('apiKey', options.apiKey),
    model: wordOption('model', options.model ?? 'gpt-image-2.5-flare'),
    baseUrl: urlOption(options.baseUrl ?? 'https://api.openai.com/v1'),
    format: choiceOption('format', options.format, ['jpeg', 'png', 'webp']),
    timeoutMs: integerOption('timeoutMs', options.timeoutMs, { min: 1, max: 290_000, default: 120_000 }),
    maxBytes: integerOption('maxBytes', options.maxBytes, { min: 1, max: 100 * MIB, default: 20 * MIB }),
    maxRetries: integerOption('maxRetries', options.maxRetries, { min: 0, max: 5, default: 2 }),
  }
}

async function openClient(options: ConstructorParameters<typeof OpenAI>[0]): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  return new OpenAI(options)
}

/** Any server may answer here: nothing of the SDK's types is trusted. */
function firstPicture(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('data' in answer) || !Array.isArray(answer.data)) return null
  const [first]: unknown[] = answer.data
  return typeof first === 'object' && first !== null && 'b64_json' in first ? first.b64_json : null
}

/** Headers can carry it: printable ASCII, no spaces. */
function wordOption(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value
  throw new StowageError('invalid_request', `Option ${name} must be a text of printable ASCII characters.`)
}

function urlOption(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value
  throw new StowageError('invalid_request', 'Option baseUrl must be an http or https URL without credentials.')
}
