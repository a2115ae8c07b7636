export type AspectRatio = '1:1' | '16:9' | '9:16' | '4:3' | '3:4'

export interface GenerateImageInput {
  readonly prompt: string
  readonly aspectRatio: AspectRatio
  readonly signal?: AbortSignal
}

export interface GeneratedImage {
  readonly body: AsyncIterable<Uint8Array> | Uint8Array
  readonly contentType: string
}

/** Makes a picture from words. @throws StowageError `bad_gateway`, `timeout`, `rate_limited`, `unprocessable` (refused prompt) */
export interface ImageGenerator {
  readonly name: string
  generate(input: GenerateImageInput): Promise<GeneratedImage>
}
