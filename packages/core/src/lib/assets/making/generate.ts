import { extensionOf } from '../../bytes/extension-of.ts'
import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { AspectRatio, ImageGenerator } from '../../contracts/generator.ts'
import { hex } from '../../crypto/random.ts'
import { cleanFilename } from '../../kinds/filename.ts'
import type { Admission } from '../admission/admission.ts'
import { admitted } from '../admission/admitted.ts'
import { detailsAsked, fingerprintOf } from '../admission/fingerprint.ts'
import { checkDetails, checkFilenameType, type Issue, invalid } from '../details/details.ts'
import type { GenerateInput } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { takeIn } from './upload.ts'

const MAX_PROMPT_CHARS = 4000
const RATIOS: readonly AspectRatio[] = ['1:1', '16:9', '9:16', '4:3', '3:4']
const NAME_FROM_PROMPT_CHARS = 40

/** Has a picture made from words and keeps it like an upload; its filename gets 8 hex digits and the real extension. */
export async function generateAsset(deps: ServiceDeps, scope: ServiceScope, input: GenerateInput): Promise<AssetRecord> {
  const { generator } = deps
  if (!generator) throw new StowageError('unsupported', 'No image generator is set up. Pass `generator` to createStowage.')
  const { prompt, aspectRatio = '1:1', idempotencyKey } = input
  checkInput(prompt, aspectRatio, input.filename)
  // A picture is not paid for where the rest of the request is wrong.
  checkDetails(scope.kind, input, 'whole')
  const asked = (): string => fingerprintOf('generate', { details: detailsAsked(input), prompt, aspectRatio })
  return admitted(deps, scope, { idempotencyKey, asked }, async admission => {
    admission.identify(asked)
    // A picture that has no room is not paid for.
    if (admission.room) await admission.room.keepFor(scope.kind.limits.minBytes)
    return generate(deps, scope, { ...input, generator }, admission)
  })
}

async function generate(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: GenerateInput & { readonly generator: ImageGenerator },
  admission: Admission,
): Promise<AssetRecord> {
  const { generator, prompt, aspectRatio = '1:1', signal, ...details } = input
  const stem = details.filename === undefined ? nameFromPrompt(prompt) : withoutExtension(cleanFilename(details.filename))
  const image = await generator.generate({ prompt, aspectRatio, ...(signal ? { signal } : {}) })
  const filename = `${stem}-${hex(deps.random(4))}${extensionOf(image.contentType)}`
  const upload = {
    ...details,
    filename,
    body: image.body,
    contentType: image.contentType,
    title: details.title ?? prompt.slice(0, 200),
  }
  return takeIn(deps, scope, { ...upload, ...(signal ? { signal } : {}) }, admission)
}

function checkInput(prompt: unknown, aspectRatio: AspectRatio, filename: unknown): void {
  const issues: Issue[] = []
  const valid =
    typeof prompt === 'string' &&
    prompt.trim() !== '' &&
    prompt.length <= MAX_PROMPT_CHARS &&
    prompt.isWellFormed() &&
    !prompt.includes('\0')
  if (!valid) issues.push({ pointer: '/prompt', message: `must be text of 1 to ${MAX_PROMPT_CHARS} characters` })
  if (!RATIOS.includes(aspectRatio)) issues.push({ pointer: '/aspectRatio', message: `must be one of ${RATIOS.join(', ')}` })
  checkFilenameType(issues, filename)
  if (issues.length > 0) throw invalid(issues)
}

function nameFromPrompt(prompt: string): string {
  const words = prompt
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
  const cut = [...words]
    .slice(0, NAME_FROM_PROMPT_CHARS)
    .join('')
    .replace(/^-+|-+$/g, '')
  return cut || 'image'
}

/** A picture's extension at the end is replaced by the real one. */
function withoutExtension(filename: string): string {
  return filename.replace(/\.(jpe?g|png|webp|avif|gif)$/i, '') || 'image'
}
