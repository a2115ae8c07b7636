import { StowageError } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { abortError, fsError } from './errors.ts'

const errno = (code: string) => Object.assign(new Error(`${code}: it failed`), { code })

test.each([
  ['ENOSPC', 'insufficient_storage', false],
  ['EDQUOT', 'insufficient_storage', false],
  ['EMFILE', 'unavailable', true],
  ['ENFILE', 'unavailable', true],
  ['EIO', 'unavailable', true],
  ['EACCES', 'unavailable', false],
  ['EROFS', 'unavailable', false],
  ['ENAMETOOLONG', 'invalid_key', false],
  ['EWHATEVER', 'internal', false],
])('%s is %s', (name, code, retryable) => {
  const cause = errno(name)
  expect(fsError(cause, 'store "k"')).toMatchObject({ code, retryable, cause, message: expect.stringContaining('store "k"') })
})

test('an error that is one of ours already passes as it is', () => {
  const error = new StowageError('conflict', 'taken')
  expect(fsError(error, 'store "k"')).toBe(error)
})

test('an abort carries its reason, or is it', () => {
  const reason = new Error('gone')
  expect(abortError(AbortSignal.abort(reason))).toMatchObject({ code: 'aborted', cause: reason })
  const timeout = new StowageError('timeout', 'too slow')
  expect(abortError(AbortSignal.abort(timeout))).toBe(timeout)
})
