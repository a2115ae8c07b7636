import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { ByteRange, StorageAdapter, StorageCapabilities } from '../contracts/storage.ts'

const MAX_LIST = 1000

/**
 * Stands before every driver: checks keys and arguments, refuses what the driver doesn't offer before any I/O, and gives
 * whatever it throws a code.
 */
export function checkedStorage(driver: StorageAdapter): StorageAdapter {
  const { capabilities } = driver
  const guard = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      throw isStowageError(error)
        ? error
        : new StowageError('internal', `Storage ${driver.name} failed to ${what}.`, { cause: error })
    }
  }
  const needs = (offered: boolean, what: string): void => {
    if (!offered) throw new StowageError('unsupported', `Storage ${driver.name} can't ${what}.`)
  }
  const checked: StorageAdapter = {
    name: driver.name,
    capabilities,
    put: (key, body, options = {}) =>
      guard(`write ${key}`, () => {
        assertKey(key, capabilities)
        needs(!options.createOnly || capabilities.createOnly, 'write only where there is nothing yet')
        needs(options.ifMatch === undefined || capabilities.conditionalPut, 'write conditionally')
        needs(options.userMetadata === undefined || capabilities.userMetadata, 'keep user metadata')
        needs(options.contentType === undefined || capabilities.attributes, 'keep a content type')
        return driver.put(key, body, options)
      }),
    get: (key, options = {}) =>
      guard(`read ${key}`, () => {
        assertKey(key, capabilities)
        if (options.range) assertRange(options.range)
        return driver.get(key, options)
      }),
    head: (key, options) =>
      guard(`look up ${key}`, () => {
        assertKey(key, capabilities)
        return driver.head(key, options)
      }),
    delete: (keys, options) =>
      guard('delete', () => {
        for (const key of keys) assertKey(key, capabilities)
        return driver.delete(keys, options)
      }),
    list: (options = {}) =>
      guard('list', () => {
        const { limit = MAX_LIST } = options
        if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST)
          throw invalid(`limit ${limit} is not from 1 to ${MAX_LIST}`)
        return driver.list({ ...options, limit })
      }),
  }
  return { ...checked, ...optionalMethods(driver, guard) }
}

type Guarded = <T>(what: string, call: () => Promise<T>) => Promise<T>

/** Only what the driver has: an absent method is an absent capability. */
function optionalMethods(driver: StorageAdapter, guard: Guarded): Partial<StorageAdapter> {
  const { capabilities } = driver
  const methods: Partial<StorageAdapter> = {}
  if (driver.open) methods.open = () => guard('open', async () => driver.open?.())
  if (driver.identity) methods.identity = () => guard('identify', async () => (await driver.identity?.()) ?? '')
  if (driver.close) methods.close = () => guard('close', async () => driver.close?.())
  const { localFile, copy, presignGet, presignPut, presignPost } = driver
  if (localFile) {
    methods.localFile = key =>
      guard(`open ${key}`, () => {
        assertKey(key, capabilities)
        return localFile.call(driver, key)
      })
  }
  if (copy) {
    methods.copy = (from, to, options) =>
      guard(`copy ${from}`, () => {
        assertKey(from, capabilities)
        assertKey(to, capabilities)
        return copy.call(driver, from, to, options)
      })
  }
  const signing = <O extends { readonly expiresInSeconds: number }, R>(method: (key: string, options: O) => Promise<R>) => {
    return (key: string, options: O): Promise<R> =>
      guard(`sign a request for ${key}`, () => {
        assertKey(key, capabilities)
        return method.call(driver, key, options)
      })
  }
  if (presignGet) methods.presignGet = signing(presignGet)
  if (presignPut) methods.presignPut = signing(presignPut)
  if (presignPost) methods.presignPost = signing(presignPost)
  return driver.multipart ? { ...methods, multipart: driver.multipart } : methods
}

/**
 * Throws `invalid_key` unless a key is well-formed: see {@link StorageAdapter}. Odd keys are refused, never escaped.
 */
function assertKey(key: string, limits: Pick<StorageCapabilities, 'maxKeyBytes' | 'maxKeySegmentBytes'>): void {
  const fail = (why: string): never => {
    throw new StowageError('invalid_key', `The key ${JSON.stringify(key.slice(0, 200))} ${why}.`)
  }
  if (key === '') fail('is empty')
  if (!key.isWellFormed()) fail('is not valid Unicode')
  if (/\p{Cc}/u.test(key)) fail('holds a control character')
  if (Buffer.byteLength(key) > limits.maxKeyBytes) fail(`is longer than ${limits.maxKeyBytes} bytes`)
  for (const segment of key.split('/')) {
    if (segment === '') fail('has an empty segment')
    if (segment === '.' || segment === '..') fail(`has a "${segment}" segment`)
    if (Buffer.byteLength(segment) > limits.maxKeySegmentBytes)
      fail(`has a segment longer than ${limits.maxKeySegmentBytes} bytes`)
  }
}

function assertRange(range: ByteRange): void {
  const bound = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  const valid =
    'suffix' in range
      ? bound(range.suffix)
      : bound(range.start) && (range.end === undefined || (bound(range.end) && range.end >= range.start))
  if (!valid) throw invalid(`the range ${JSON.stringify(range)} is not of whole numbers from 0 in ascending order`)
}

function invalid(why: string): StowageError {
  return new StowageError('invalid_request', `Storage was asked wrongly: ${why}.`)
}
