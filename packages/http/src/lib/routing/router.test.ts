import { describe, expect, it } from 'vitest'
import { createRouter, rawParams } from './router.ts'
import { fillTemplate, parseTemplate } from './template.ts'

const route = (method: string, path: string, target = path) => ({
  method,
  template: parseTemplate('/api/:page/assets', path),
  target,
})

describe('a router', () => {
  it('prefers what is written out to what is a parameter', () => {
    const router = createRouter([
      route('GET', ':id'),
      route('POST', 'generate'),
      route('DELETE', ':id'),
      route('GET', ':id/content'),
    ])
    expect(router.match('/api/7/assets/generate')?.resource.allow).toBe('POST, OPTIONS')
    expect(router.match('/api/7/assets/x')?.resource.allow).toBe('GET, DELETE, HEAD, OPTIONS')
    expect(router.match('/api/7/assets/x')?.raw).toEqual(['7', 'x'])
    expect(router.match('/api//assets/x')).toBe(null)
    expect(router.match('api/7/assets/x')).toBe(null)
  })
  it('reads what has the name of a path that is written out for other methods, where names are chosen', () => {
    const router = createRouter([
      route('GET', ':slug'),
      route('POST', 'generate'),
      route('GET', ':id/content'),
      route('POST', ':id/link'),
    ])
    const { resource } = router.match('/api/7/assets/generate') ?? {}
    expect(resource?.allow).toBe('POST, GET, HEAD, OPTIONS')
    const reading = resource?.routes.get('HEAD')
    expect(reading && [reading.target, rawParams(reading.template, '/api/7/assets/generate')]).toEqual([
      ':slug',
      ['7', 'generate'],
    ])
    expect(router.match('/api/7/assets/x/link')?.resource.allow).toBe('POST, OPTIONS')
  })
  it('takes an ending behind a parameter, and prefers it to none', () => {
    const router = createRouter([
      route('GET', '/files/:filename'),
      route('GET', '/files/:filename.jpg'),
      route('GET', '/files/:filename.min.jpg'),
      route('GET', '/files/list'),
    ])
    const match = (path: string) => {
      const found = router.match(path)
      return found && [found.resource.routes.get('GET')?.target, found.raw]
    }
    expect(match('/files/a.pdf.jpg')).toEqual(['/files/:filename.jpg', ['a.pdf']])
    expect(match('/files/a.min.jpg')).toEqual(['/files/:filename.min.jpg', ['a']])
    expect(match('/files/a.jpg.')).toEqual(['/files/:filename', ['a.jpg.']])
    expect(match('/files/.jpg')).toEqual(['/files/:filename', ['.jpg']])
    expect(match('/files/a%2ejpg')).toEqual(['/files/:filename', ['a%2ejpg']])
    expect(match('/files/list')?.[0]).toBe('/files/list')
    expect(() => createRouter([route('GET', ':id.jpg'), route('GET', ':filename.jpg')])).toThrow(/Two operations answer GET/)
  })
  it('refuses two operations in one place, however their parameters are called', () => {
    expect(() => createRouter([route('GET', ':id'), route('GET', ':filename')])).toThrow(/Two operations answer GET/)
  })
})

describe('a path template', () => {
  it('continues the base path unless it begins with a slash', () => {
    expect(parseTemplate('/a/', 'b').text).toBe('/a/b')
    expect(parseTemplate('/a', '/b/:c').text).toBe('/b/:c')
    expect(parseTemplate('/', '').segments).toEqual([])
  })
  it('encodes what it is filled with', () => {
    expect(fillTemplate(parseTemplate('/', '/p/:name'), () => 'a/b ?#é')).toBe('/p/a%2Fb%20%3F%23%C3%A9')
    expect(fillTemplate(parseTemplate('/', '/p/:name.jpg'), () => 'a.b')).toBe('/p/a.b.jpg')
    expect(fillTemplate(parseTemplate('/', '/p/:name'), () => null)).toBe(null)
  })
  it.each(['/a/../b', '/a//b', '/a/:x/:x', '/a?b', '/:a-b', '/:a.', '/:a.b-c'])('%s is refused', path => {
    expect(() => parseTemplate('/', path)).toThrow(TypeError)
  })
})
