import { extensionOf } from '../../bytes/extension-of.ts'
import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { OpenedUrl, UrlImporter } from '../../contracts/importer.ts'
import { cleanFilename } from '../../kinds/filename.ts'
import type { Admission } from '../admission/admission.ts'
import { admitted } from '../admission/admitted.ts'
import { detailsAsked, fingerprintOf } from '../admission/fingerprint.ts'
import { checkDetails, invalid } from '../details/details.ts'
import type { ImportInput } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { takeIn } from './upload.ts'

/** Takes in a file from where a URL says it lies, as if its sender had uploaded it: same limits, same looks at its bytes, same order. */
export async function importAsset(deps: ServiceDeps, scope: ServiceScope, input: ImportInput): Promise<AssetRecord> {
  const { importer } = deps
  if (!importer) throw new StowageError('unsupported', 'No importer is set up. Pass `importer` to createStowage.')
  const { url, sha256, idempotencyKey } = input
  checkUrlType(url)
  // What is wrong with the request is said before anything is fetched for it.
  checkDetails(scope.kind, input, 'whole')
  const asked = (): string => fingerprintOf('import', { details: detailsAsked(input), url, sha256 })
  return admitted(deps, scope, { idempotencyKey, asked }, async admission => {
    admission.identify(asked)
    // What has no room is not fetched.
    if (admission.room) await admission.room.keepFor(scope.kind.limits.minBytes)
    return fetchInto(deps, scope, { ...input, importer }, admission)
  })
}

async function fetchInto(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: ImportInput & { readonly importer: UrlImporter },
  admission: Admission,
): Promise<AssetRecord> {
  const { importer, url, sha256, signal, ...details } = input
  const { maxBytes } = scope.kind.limits
  try {
    const opened = await importer.open(url, { maxBytes, ...(signal && { signal }) })
    const upload = {
      ...details,
      body: opened.body,
      nameOf: (contentType: string) => nameOf(opened, contentType),
      ...(opened.contentType !== null && { contentType: opened.contentType }),
      // Above the limit it is left to the count, which reads a first chunk: a body that was begun is sure to be closed.
      ...(opened.sizeBytes !== null && opened.sizeBytes <= maxBytes && { sizeBytes: opened.sizeBytes }),
      ...(sha256 !== undefined && { sha256 }),
      ...(signal && { signal }),
    }
    return await takeIn(deps, scope, upload, admission)
  } catch (error) {
    const code = isStowageError(error) ? error.code : 'internal'
    deps.logger.debug('An import failed.', { kind: scope.kind.name, from: withoutSecrets(url), code, error })
    throw error
  }
}

function checkUrlType(url: unknown): void {
  if (typeof url === 'string' && url !== '') return
  throw invalid([{ pointer: '/url', message: 'must be a URL' }])
}

/** The name that the origin gives the file, made harmless, with the ending of its real type where it has none. */
function nameOf({ filename }: OpenedUrl, contentType: string): string {
  const last = (filename ?? '').slice(0, 1000).split(/[/\\]/).at(-1) ?? ''
  const harmless = last.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim()
  const name = /^\.*$/.test(harmless) ? 'file' : harmless
  const hasEnding = /.\.[\p{L}\p{N}]{1,16}$/u.test(name)
  return cleanFilename(hasEnding ? name : name + extensionOf(contentType))
}

/** Where a URL leads, without what signs or opens it. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return '(no URL)'
  const { protocol, host, pathname } = new URL(url)
  return host === '' ? protocol : `${protocol}//${host}${pathname}`.slice(0, 500)
}
