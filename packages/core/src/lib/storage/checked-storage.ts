import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { DeleteResult, PutOptions, StorageAdapter } from '../contracts/storage.ts'
import { throwIfAborted } from './abort.ts'
import { assertAttributes, assertKey, assertList, MAX_LIST, unsupported } from './check-arguments.ts'
import { checkedMultipart } from './checked-multipart.ts'
import { assertRange } from './resolve-range.ts'

/**
 * Stands before every driver: checks keys and arguments, refuses what the driver doesn't offer before any I/O, and gives
 * whatever it throws a code. `createStowage` does so by itself; a driver's author may do so too, so that it is safe to use alone.
 * @throws StowageError from its operations: `invalid_key`, `invalid_request`, `unsupported`, `aborted`; `internal` for what has no code
 */
export function checkedStorage(driver: StorageAdapter): StorageAdapter {
  const { capabilities } = driver
  const guard = guardOf(driver)
  const checked: StorageAdapter = {
    name: driver.name,
    capabilities,
    put: (key, body, options = {}) =>
      guard(`write ${key}`, () => {
        assertKey(key, capabilities)
        assertWrite(driver, options)
        throwIfAborted(options.signal)
        return driver.put(key, body, options)
      }),
    get: (key, options = {}) =>
      guard(`read ${key}`, () => {
        assertKey(key, capabilities)
        if (options.range) assertRange(options.range)
        throwIfAborted(options.signal)
        return driver.get(key, options)
      }),
    head: (key, options) =>
      guard(`look up ${key}`, () => {
        assertKey(key, capabilities)
        return driver.head(key, options)
      }),
    delete: (keys, options) => guard('delete', () => deleteChecked(driver, keys, options)),
    list: (options = {}) =>
      guard('list', () => {
        assertList(options, driver)
        return driver.list({ ...options, limit: options.limit ?? MAX_LIST })
      }),
  }
  return { ...checked, ...optionalMethods(driver, guard) }
}

export type Guarded = <T>(what: string, call: () => Promise<T>) => Promise<T>

const guardOf =
  (driver: StorageAdapter): Guarded =>
  async (what, call) => {
    try {
      return await call()
    } catch (error) {
      if (isStowageError(error)) throw error
      throw new StowageError('internal', `Storage ${driver.name} failed to ${what}.`, { cause: error })
    }
  }

function assertWrite(driver: StorageAdapter, options: PutOptions): void {
  const { name, capabilities } = driver
  if (options.createOnly && !capabilities.createOnly) throw unsupported(name, 'write only where there is nothing yet')
  if (options.ifMatch !== undefined && !capabilities.conditionalPut) throw unsupported(name, 'write conditionally')
  assertAttributes(options, driver)
}

/** Odd keys get a result of their own; the driver is asked for the others, in one call. */
async function deleteChecked(
  driver: StorageAdapter,
  keys: readonly string[],
  options: { readonly signal?: AbortSignal } | undefined,
): Promise<readonly DeleteResult[]> {
  const refused = new Map<string, Error>()
  for (const key of keys) {
    try {
      assertKey(key, driver.capabilities)
    } catch (error) {
      refused.set(key, error as StowageError)
    }
  }
  if (refused.size === 0) return driver.delete(keys, options)
  const rest = keys.filter(key => !refused.has(key))
  const results = rest.length === 0 ? [] : await driver.delete(rest, options)
  let next = 0
  return keys.map(key => {
    const error = refused.get(key)
    return error ? { key, error } : (results[next++] ?? { key })
  })
}

/** Only what the driver has: an absent method is an absent capability. */
function optionalMethods(driver: StorageAdapter, guard: Guarded): Partial<StorageAdapter> {
  const { capabilities } = driver
  const methods: Partial<StorageAdapter> = {}
  if (driver.open) methods.open = () => guard('open', async () => driver.open?.())
  if (driver.identity) methods.identity = () => guard('identify', async () => (await driver.identity?.()) ?? '')
  if (driver.close) methods.close = () => guard('close', async () => driver.close?.())
  const { localFile, copy, setAttributes } = driver
  if (localFile) {
    methods.localFile = key =>
      guard(`open ${key}`, () => {
        assertKey(key, capabilities)
        return localFile.call(driver, key)
      })
  }
  if (copy) {
    methods.copy = (from, to, options = {}) =>
      guard(`copy ${from}`, () => {
        assertKey(from, capabilities)
        assertKey(to, capabilities)
        if (options.createOnly && !capabilities.createOnly) throw unsupported(driver.name, 'copy only where there is nothing yet')
        return copy.call(driver, from, to, options)
      })
  }
  if (setAttributes) {
    methods.setAttributes = (key, attributes, options) =>
      guard(`change the attributes of ${key}`, () => {
        assertKey(key, capabilities)
        assertAttributes(attributes, driver)
        return setAttributes.call(driver, key, attributes, options)
      })
  }
  const multipart = driver.multipart && { multipart: checkedMultipart(driver, driver.multipart, guard) }
  const unfinished = driver.unfinished && { unfinished: driver.unfinished }
  return { ...methods, ...signingMethods(driver, guard), ...multipart, ...unfinished }
}

function signingMethods(driver: StorageAdapter, guard: Guarded): Partial<StorageAdapter> {
  const { presignGet, presignPut, presignPost } = driver
  const signing = <O extends { readonly expiresInSeconds: number }, R>(method: (key: string, options: O) => Promise<R>) => {
    return (key: string, options: O): Promise<R> =>
      guard(`sign a request for ${key}`, () => {
        assertKey(key, driver.capabilities)
        return method.call(driver, key, options)
      })
  }
  return {
    ...(presignGet && { presignGet: signing(presignGet) }),
    ...(presignPut && { presignPut: signing(presignPut) }),
    ...(presignPost && { presignPost: signing(presignPost) }),
  }
}
