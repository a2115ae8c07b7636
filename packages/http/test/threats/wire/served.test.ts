import { deflateSync, gzipSync } from 'node:zlib'
import { defineKind } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, docs, openWire, sharedWire, type WireServer } from './wire-server.ts'

const server = sharedWire()
const PUBLIC = sharedWire({ publicUrl: 'https://assets.example.com' })

/** Head and body of a GET as they come over the wire. */
async function served(wire: WireServer, path: string, headers = ''): Promise<{ head: string; body: string }> {
  const received = await wire.exchange(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)
  const end = received.indexOf('\r\n\r\n')
  return { head: received.slice(0, end).toLowerCase(), body: received.slice(end + 4) }
}

function expectHarmless(head: string, contentType: string, disposition: 'attachment' | 'inline'): void {
  expect(head).toContain('http/1.1 200 ok')
  expect(head).toContain(`\r\ncontent-type: ${contentType}\r\n`)
  expect(head).toContain(`\r\ncontent-disposition: ${disposition}`)
  expect(head).toContain('\r\nx-content-type-options: nosniff\r\n')
  expect(head).toContain("\r\ncontent-security-policy: default-src 'none'; sandbox\r\n")
}

describe('threat 30: a type that the request asks for', () => {
  it.each([
    'response-content-type=text/html',
    'response-content-disposition=inline',
    'content-type=text/html',
    'contentType=text%2Fhtml&type=text/html',
    'rscd=inline&rsct=text/html',
    'response-content-type=text/html%0d%0aX-A:b&response-cache-control=public',
    'X-Amz-SignedHeaders=host&response-content-encoding=gzip',
  ])('is ignored: ?%s', async query => {
    const wire = server()
    const { id } = await wire.upload('<script>alert(1)</script>', 'text/html', 'page.html')
    const plain = await served(wire, `/docs/${id}/content`)
    const asked = await served(wire, `/docs/${id}/content?${query}`, 'Accept: text/html\r\nX-Content-Type: text/html\r\n')
    const stable = (head: string) => head.split('\r\n').filter(line => !line.startsWith('date:'))
    expect(stable(asked.head)).toEqual(stable(plain.head))
    expectHarmless(asked.head, 'application/octet-stream', 'attachment')
  })
})

describe('threat 31: a host that the request claims', () => {
  const claims = [
    'Host: evil.example',
    'Host: x\r\nX-Forwarded-Host: evil.example',
    'Host: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Port: 666',
    'Host: x\r\nForwarded: host=evil.example;proto=gopher',
    'Host: x\r\nX-Original-URL: //evil.example/\r\nX-Rewrite-URL: //evil.example/',
    'Host: x\r\nX-Host: evil.example\r\nX-Forwarded-Server: evil.example\r\nX-HTTP-Host-Override: evil.example',
    'Host: x\r\nX-Forwarded-Prefix: //evil.example\r\nX-Script-Name: //evil.example',
    'Host: x\r\nOrigin: https://evil.example\r\nReferer: https://evil.example/',
  ]
  const targets = (path: string) => [path, `http://evil.example${path}`, `https://evil.example:666${path}`]

  it.each([
    ['configured', PUBLIC, 'https://assets.example.com/docs'],
    ['none', server, '/docs'],
  ] as const)('is in no Location, Link or url: the origin that is %s counts', async (_, wireOf, base) => {
    const wire = wireOf()
    for (const title of ['one', 'two', 'three']) {
      const { headers, body } = form({ name: 'title', value: title }, file(title))
      await wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
    }
    const { id } = await wire.upload('linked')
    for (const claim of claims) {
      for (const list of targets('/docs?limit=2')) {
        const received = await wire.exchange(`GET ${list} HTTP/1.1\r\n${claim}\r\nConnection: close\r\n\r\n`)
        expect(received).toMatch(/^HTTP\/1\.1 200 OK/)
        expect(received.toLowerCase()).not.toMatch(/evil|gopher|:666/)
        expect(received).toContain(`Link: <${base}?limit=2&`.replace('Link', /\r\nlink/i.exec(received)?.[0].slice(2) ?? 'Link'))
        expect(received).toContain(`"url":"${base}/`)
      }
      const head = `${claim}\r\nAuthorization: ${alice.authorization}\r\nConnection: close\r\n`
      const created = await wire.exchange(
        `POST ${targets('/docs?filename=a.txt')[1]} HTTP/1.1\r\n${head}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx`,
      )
      expect(created).toMatch(/^HTTP\/1\.1 201 Created/)
      expect(created).toMatch(new RegExp(`\r\nlocation: ${base}/[0-9a-f-]{36}\r\n`, 'i'))
      expect(created.toLowerCase()).not.toMatch(/evil|gopher|:666/)
      const link = await wire.exchange(`POST /docs/${id}/link HTTP/1.1\r\n${head}Content-Length: 0\r\n\r\n`)
      expect(link).toMatch(/^HTTP\/1\.1 2/)
      expect(link).toContain(`"url":"${base}/links/`)
      expect(link.toLowerCase()).not.toMatch(/evil|gopher|:666/)
    }
  })

  it('is in no error either', async () => {
    for (const claim of claims) {
      const received = await PUBLIC().exchange(`GET //evil.example/docs HTTP/1.1\r\n${claim}\r\nConnection: close\r\n\r\n`)
      expect(received).toMatch(/^HTTP\/1\.1 404 /)
      expect(received.toLowerCase()).not.toContain('evil')
    }
  })
})

const SCRIPT = '<script>alert(document.domain)</script>'
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
const XXE = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:1/"/>&x;</svg>`
const OCTETS = 'application/octet-stream'

describe('threats 32 to 34: what is no picture, said to be one', () => {
  const sent: readonly (readonly [
    threat: string,
    what: string,
    bytes: string | Uint8Array,
    type: string,
    name: string,
    as: string,
  ])[] = [
    ['32', 'HTML', `<!DOCTYPE html><html>${SCRIPT}</html>`, 'image/png', 'a.png', OCTETS],
    ['32', 'HTML as what it is', `<html>${SCRIPT}</html>`, 'text/html', 'a.html', OCTETS],
    [
      '32',
      'HTML as XHTML',
      `<html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`,
      'application/xhtml+xml',
      'a.xhtml',
      OCTETS,
    ],
    ['32', 'a script', 'alert(document.domain)', 'text/javascript', 'a.js', OCTETS],
    ['32', 'a script as a module', 'export default 1', 'application/javascript', 'a.mjs', OCTETS],
    ['32', 'a style sheet', 'body{}', 'text/css', 'a.css', OCTETS],
    ['32', 'a script as a picture', 'alert(1)', 'image/jpeg', 'a.jpg', OCTETS],
    ['32', 'UTF-16 HTML', Buffer.from(`\ufeff<html>${SCRIPT}`, 'utf16le'), 'text/html', 'a.htm', OCTETS],
    ['33', 'SVG with script', SVG, 'image/svg+xml', 'a.svg', OCTETS],
    ['33', 'SVG with entities', XXE, 'image/svg+xml', 'a.svg', OCTETS],
    ['33', 'SVG as PNG', SVG, 'image/png', 'a.png', OCTETS],
    ['33', 'compressed SVG', gzipSync(SVG), 'image/svg+xml', 'a.svgz', 'application/gzip'],
    ['34', 'bare SVG without a type', SVG, OCTETS, 'a', OCTETS],
    ['34', 'HTML without a type', `<html>${SCRIPT}`, OCTETS, 'a', OCTETS],
    ['34', 'noise', deflateSync('noise'), 'image/png', 'a.png', OCTETS],
    ['34', 'an impossible type', 'x', 'te xt/ht\tml; charset="', 'a', OCTETS],
    ['34', 'a type with a line of its own', 'x', 'text/html, text/plain', 'a', OCTETS],
    ['34', 'a type with parameters', 'x', 'text/plain; charset=utf-7', 'a', 'text/plain; charset=utf-8'],
  ]
  it.each(sent)('threat %s: %s is served so that it can do nothing', async (_, __, bytes, type, name, as) => {
    const wire = server()
    const { id } = await wire.upload(bytes, type, name)
    const { head, body } = await served(wire, `/docs/${id}/content`)
    expectHarmless(head, as, as.startsWith('text/plain') ? 'inline' : 'attachment')
    expect(Buffer.from(body, 'latin1').equals(Buffer.from(bytes as string))).toBe(true)
    const link = (await wire.send(`/docs/${id}/link`, { method: 'POST', headers: alice })).json.url as string
    expectHarmless((await served(wire, link)).head, as, as.startsWith('text/plain') ? 'inline' : 'attachment')
  })

  it('threat 33: a kind that takes SVG serves it in a sandbox, as a download, unchanged', async () => {
    const wire = await openWire({ kind: defineKind({ ...docs, declaredTypes: ['image/svg+xml'] }) })
    // A document type with entities of its own is nothing that a picture needs.
    for (const [bytes, as] of [
      [SVG, 'image/svg+xml'],
      [XXE, OCTETS],
    ] as const) {
      const { id } = await wire.upload(bytes, 'image/svg+xml', 'a.svg')
      const { head, body } = await served(wire, `/docs/${id}/content`)
      expectHarmless(head, as, 'attachment')
      expect(body).toBe(bytes)
    }
  })

  it('threat 35: a polyglot keeps the type of its magic, and is never sniffed again', async () => {
    const wire = server()
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    )
    for (const [magic, type] of [
      [Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]), 'image/jpeg'],
      [png, 'image/png'],
      [Buffer.from('GIF89a'), 'image/gif'],
    ] as const) {
      const bytes = Buffer.concat([magic, Buffer.from(`<html>${SCRIPT}</html>`)])
      const { id } = await wire.upload(bytes, 'text/html', 'a.html')
      expectHarmless((await served(wire, `/docs/${id}/content`)).head, type, 'inline')
    }
  })

  it('threat 36: a strict kind takes only what the bytes are, whatever the name says', async () => {
    const wire = await openWire({ kind: defineKind({ ...docs, accept: ['image/png'] }) })
    for (const [bytes, name] of [
      ['<?php system($_GET[0]); ?>', 'x.php.png'],
      [SVG, 'x.png'],
      [Buffer.from('GIF89a'), 'x.png'],
      [gzipSync('x'), 'x.png\u00a0.php'],
    ] as const) {
      const { headers, body } = form(file(bytes, name, 'image/png'))
      await wire.refuses(
        async () => (await wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })).status,
        415,
      )
    }
  })
})
