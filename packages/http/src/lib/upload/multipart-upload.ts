import type { Asset, AssetDetails, Assets, StagedFile } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { type FilePart, type MultipartPart, parseMultipart } from '@stowage/multipart'
import type { HttpRequest } from '../request.ts'
import { CollectedFields, type FormFields } from './form-fields.ts'

export interface FormPlan {
  readonly fileField: string
  /** Text field that may hold a URL in place of the file; null where none may. */
  readonly urlField: string | null
  readonly fields: ReadonlySet<string>
  readonly maxFields: number
  readonly maxFieldBytes: number
  readonly maxFileBytes: number
  readonly details: (fields: FormFields) => AssetDetails
}

type Parts = AsyncIterator<MultipartPart, undefined>

/**
 * Reads a form up to its file and uploads that; the service asks for the rest (`late`) after the file's last byte: text fields count
 * wherever they stand, and a second file or a cut body takes everything back. A form with a URL and no file is an import.
 * @throws StowageError, MultipartError
 */
export async function receiveForm(
  request: HttpRequest,
  plan: FormPlan,
  assets: Pick<Assets, 'upload' | 'import'>,
): Promise<Asset> {
  return withParts(request, plan, async parts => {
    const form = new CollectedFields()
    const file = await fieldsUntilFile(parts, plan, form)
    if (file === null) return await assets.import({ ...plan.details(form), url: urlOf(form, plan), signal: request.signal })
    const details = { filename: file.filename, ...detailsBesideFile(form, plan) }
    return await assets.upload({
      ...details,
      body: file.body,
      ...sizeLimit(request),
      disposableChunks: request.disposableChunks,
      signal: request.signal,
      ...(file.contentType !== undefined && { contentType: file.contentType }),
      late: () => lateDetails(parts, plan, form),
    })
  })
}

/** Reads a form of one file and nothing else, and keeps that. @throws StowageError, MultipartError */
export async function receiveStagedForm(
  request: HttpRequest,
  plan: FormPlan,
  assets: Pick<Assets, 'stage'>,
): Promise<StagedFile> {
  return withParts(request, plan, async parts => {
    const form = new CollectedFields()
    const file = await fieldsUntilFile(parts, plan, form)
    if (file === null) throw badForm(`The form has no file; send it in the field "${plan.fileField}".`, plan.fileField)
    return assets.stage({
      filename: file.filename,
      body: untilTheEnd(file.body, () => lateDetails(parts, plan, form)),
      ...sizeLimit(request),
      disposableChunks: request.disposableChunks,
      signal: request.signal,
      ...(file.contentType !== undefined && { contentType: file.contentType }),
    })
  })
}

/** The file, which is whole only where nothing follows it that is refused. */
async function* untilTheEnd(body: AsyncIterable<Uint8Array>, rest: () => Promise<unknown>): AsyncGenerator<Uint8Array> {
  yield* body
  await rest()
}

async function withParts<T>(request: HttpRequest, plan: FormPlan, use: (parts: Parts) => Promise<T>): Promise<T> {
  const limits = formLimits(plan)
  refuseAnnouncedLength(request, limits.totalBytes)
  const parts: Parts = parseMultipart(request.body ?? emptyBody(), {
    contentType: request.header('content-type'),
    limits,
    signal: request.signal,
  })
  try {
    return await use(parts)
  } finally {
    await parts.return?.()
  }
}

function formLimits(plan: FormPlan) {
  const fields = plan.maxFields
  // One file more than is taken, so that a second one is named as such. The text of all fields fits beside the file.
  return {
    fields,
    files: 2,
    parts: fields + 2,
    fieldBytes: plan.maxFieldBytes,
    fileBytes: plan.maxFileBytes,
    totalBytes: plan.maxFileBytes + (fields + 2) * (plan.maxFieldBytes + 16 * 1024),
  }
}

/** A form holds its file and a little more. */
function sizeLimit(request: HttpRequest): { readonly atMostBytes?: number } {
  const length = request.header('content-length')
  return length !== null && /^\d{1,15}$/.test(length) ? { atMostBytes: Number(length) } : {}
}

function refuseAnnouncedLength(request: HttpRequest, maxBytes: number): void {
  const length = Number(request.header('content-length') ?? 0)
  if (length <= maxBytes) return
  throw new StowageError('content_too_large', `The form has ${length} bytes; at most ${maxBytes} are taken.`, {
    details: { maxBytes },
  })
}

async function fieldsUntilFile(parts: Parts, plan: FormPlan, form: CollectedFields): Promise<SentFile | null> {
  for (let part = await parts.next(); !part.done; part = await parts.next()) {
    if (part.value.kind === 'field') addField(form, plan, part.value.name, part.value.value)
    else {
      const file = await chosenFile(namedFile(part.value, plan), plan)
      if (file !== null) return file
    }
  }
  return null
}

type SentFile = Pick<FilePart, 'filename' | 'contentType' | 'body'>

/** Browsers send a file input that was left empty as an empty file without a name: beside a field for a URL, it is none. */
async function chosenFile(file: FilePart, { urlField }: FormPlan): Promise<SentFile | null> {
  if (urlField === null || file.filename !== '') return file
  const chunks = file.body[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return null
  const body = (async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => chunks }
  })()
  return { filename: file.filename, contentType: file.contentType, body }
}

function namedFile(file: FilePart, plan: FormPlan): FilePart {
  if (file.name === plan.fileField) return file
  throw badForm(
    `The file must be in the field "${plan.fileField}", not ${JSON.stringify(file.name.slice(0, 100))}.`,
    plan.fileField,
  )
}

async function lateDetails(parts: Parts, plan: FormPlan, form: CollectedFields): Promise<AssetDetails> {
  const second = await fieldsUntilFile(parts, plan, form)
  if (second !== null) throw badForm('The form has two files; send one.', plan.fileField)
  return detailsBesideFile(form, plan)
}

function urlOf(form: CollectedFields, { fileField, urlField }: FormPlan): string {
  const url = urlField === null ? undefined : form.get(urlField)
  if (url !== undefined) return url
  const orUrl = urlField === null ? '' : `, or its URL in "${urlField}"`
  throw badForm(`The form has no file; send it in the field "${fileField}"${orUrl}.`, fileField)
}

function detailsBesideFile(form: CollectedFields, { urlField, details }: FormPlan): AssetDetails {
  if (urlField === null || form.all(urlField).length === 0) return details(form)
  throw badForm('The form has a file and a URL; send one of them.', urlField)
}

function addField(form: CollectedFields, plan: FormPlan, name: string, value: string): void {
  if (name === plan.fileField) throw badForm(`The field "${name}" must be a file with a filename, not text.`, name)
  if (name !== plan.urlField && !plan.fields.has(name)) {
    const known = [...plan.fields, ...(plan.urlField === null ? [] : [plan.urlField])].join(', ') || 'none'
    throw badForm(
      `The form field ${JSON.stringify(name.slice(0, 100))} is not known here; known are: ${known}.`,
      name.slice(0, 100),
    )
  }
  form.add(name, value)
}

function badForm(message: string, field: string): StowageError {
  return new StowageError('invalid_request', message, { details: { field } })
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  yield* []
}
