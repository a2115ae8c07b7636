import type { Accounts } from './accounts.ts'
import { type Answer, type Exchange, empty } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import type { ObjectStore } from './object-store.ts'
import { collect, fileOf } from './receive.ts'
import { merged } from './resource.ts'
import { verifyRsa } from './signatures.ts'
import { demandLength } from './xml-checks.ts'

const UNCONDITIONED = new Set(['policy', 'x-goog-signature', 'file'])

interface Form {
  readonly fields: ReadonlyMap<string, string>
  readonly file: Buffer
}

/**
 * A form that a browser posts, held against the policy that was signed for it.
 * @see https://cloud.google.com/storage/docs/xml-api/post-object-forms
 * @see https://cloud.google.com/storage/docs/authentication/signatures#policy-document
 */
export async function postForm(store: ObjectStore, accounts: Accounts, exchange: Exchange, context: Context): Promise<Answer> {
  const { bucket, now } = context
  store.bucket(bucket)
  const form = await formOf(exchange)
  const field = (name: string) => form.fields.get(name) ?? ''
  const [email = ''] = field('x-goog-credential').split('/')
  if (field('x-goog-algorithm') !== 'GOOG4-RSA-SHA256')
    throw new GcsError(400, 'InvalidPolicyDocument', 'The form is not signed.')
  verifyRsa(accounts, email, field('policy'), field('x-goog-signature'))
  accounts.demandPermission(email)
  checkPolicy(JSON.parse(Buffer.from(field('policy'), 'base64').toString()), form, { bucket, now })
  const metadata = [...form.fields].filter(([name]) => name.startsWith('x-goog-meta-'))
  const said = merged(
    {},
    {
      contentType: form.fields.get('content-type'),
      cacheControl: form.fields.get('cache-control'),
      contentDisposition: form.fields.get('content-disposition'),
      ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(12), value])) }),
    },
  )
  await store.put({ bucket, name: field('key') }, said, await fileOf(form.file, store.newFile()))
  return empty(['200', '201'].includes(field('success_action_status')) ? Number(field('success_action_status')) : 204)
}

interface Context {
  readonly bucket: string
  readonly now: number
}

async function formOf({ body, headers }: Exchange): Promise<Form> {
  const type = String(headers['content-type'] ?? '')
  const bytes = await collect(body)
  const data = await new Response(Uint8Array.from(bytes), { headers: { 'content-type': type } }).formData().catch(() => {
    throw new GcsError(400, 'MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.')
  })
  const fields = new Map<string, string>()
  let file: Buffer | null = null
  for (const [name, value] of data) {
    if (file) break // what stands behind the file is ignored
    if (typeof value === 'string' && name !== 'file') fields.set(name.toLowerCase(), value)
    else file = typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer())
  }
  if (!file) throw new GcsError(400, 'InvalidArgument', 'POST requires exactly one file upload per request.')
  return { fields, file }
}

/** Every field must be in a condition, and every condition hold. */
function checkPolicy(policy: unknown, { fields, file }: Form, { bucket, now }: Context): void {
  const { expiration, conditions } = policy as { expiration: string; conditions: unknown[] }
  if (!(now < Date.parse(expiration))) throw new GcsError(400, 'ExpiredToken', 'The policy has expired.')
  const allowed = new Set(UNCONDITIONED)
  const values = new Map([...fields, ['bucket', bucket]])
  const demand = (name: string, holds: (value: string) => boolean) => {
    allowed.add(name)
    if (!holds(values.get(name) ?? '')) throw refused(name)
  }
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, value] of Object.entries(condition as object)) demand(name.toLowerCase(), actual => actual === value)
    } else if (condition[0] === 'content-length-range') demandLength(file.byteLength, Number(condition[1]), Number(condition[2]))
    else {
      const [operator, field, value] = condition.map(String)
      const holds = (actual: string) => (operator === 'eq' ? actual === value : actual.startsWith(value ?? ''))
      demand(field?.replace(/^\$/, '').toLowerCase() ?? '', holds)
    }
  }
  for (const name of fields.keys()) if (!allowed.has(name) && !name.startsWith('x-ignore-')) throw refused(name)
}

const refused = (field: string) =>
  new GcsError(403, 'AccessDenied', `Invalid according to Policy: Policy Condition failed: ${field}`)
