import { describe, expect, it } from 'vitest'
import { StowageError } from '../contracts/errors.ts'
import { redactingLogger } from './redacting-logger.ts'

describe('a logger behind Stowage', () => {
  const events: unknown[][] = []
  const note = (...event: unknown[]) => void events.push(event)
  const logger = redactingLogger({ debug: note, info: note, warn: note, error: note })

  it('gets no queries of URLs and no credentials, from whichever depth of an error', () => {
    const deep = new Error('https://x.example/a?sig=s3cret&b=1')
    const error = new StowageError('unavailable', 'GET https://x.example/?X-Amz-Signature=s3cret failed', {
      cause: new TypeError('Authorization: Bearer s3cret', { cause: deep }),
    })
    logger.error('PUT /x?token=s3cret', { error, url: 'http://x/?s3cret', note: 'basic  s3cret', count: 3, nothing: null })
    logger.warn('short')
    const text = JSON.stringify(events)
    expect(text).not.toContain('s3cret')
    expect(text).toContain('unavailable')
    expect(text).toContain('redacting-logger.test.ts')
    expect(events[0]?.[1]).toMatchObject({
      count: 3,
      nothing: null,
      error: { name: 'StowageError', cause: { name: 'TypeError', cause: { name: 'Error' } } },
    })
    expect(events[1]).toEqual(['short', undefined])
  })

  it('is not held up by an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    logger.info('x', { error })
    expect(events.at(-1)?.[0]).toBe('x')
  })
})
