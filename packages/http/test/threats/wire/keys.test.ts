import { link, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineKind } from '@stowage/core'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, docFields, docs, openWire, sharedWire, type WireServer } from './wire-server.ts'

/** A kind whose keys are readable: a field that the sender chooses is a part of them. */
const readable = defineKind({
  ...docs,
  fields: docFields,
  keys: ({ id, fields, filename, replacementId }) =>
    `${fields.topic ?? 'none'}/${id}${replacementId === null ? '' : `-${replacementId}`}/${filename}`,
})

const upload = (wire: WireServer, topic: string, filename = 'a.txt') => {
  const { headers, body } = form({ name: 'topic', value: topic }, file('x', filename))
  return wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
}

describe('threat 26: a field that becomes a part of a key', () => {
  const server = sharedWire({ kind: readable })

  it.each([
    '..',
    '../..',
    '../../../canary',
    '/etc',
    'a//b',
    'a/../../..',
    '.',
    './a',
    '',
    '/',
    '.stowage',
    '.stowage/x',
    'x'.repeat(300),
    'a\nb',
  ])('%j is refused, and nothing is left, not even for the sweeper', async topic => {
    const wire = server()
    await wire.refuses(async () => (await upload(wire, topic)).status, 400, 422)
  })

  it('that is harmless is taken, with any filename', async () => {
    const wire = await openWire({ kind: readable })
    for (const filename of ['CON', 'a:b', '..hidden', '~', '-rf', 'é.txt', '%2e%2e', '....', 'a\\b']) {
      const { status, json } = await upload(wire, 'topic', filename)
      expect([filename, status]).toEqual([filename, 201])
      expect((await wire.send(`/docs/${json.id}/content`)).text).toBe('x')
    }
    const keys = (await wire.storage.list()).objects.map(({ key }) => key)
    expect(keys.filter(key => !/^topic\/[0-9a-f-]{36}\/[A-Za-z0-9._-]+$/.test(key))).toEqual([])
  })

  it('that changed to something harmful harms no replacement: the asset stays', async () => {
    const wire = await openWire({ kind: readable })
    const { json } = await upload(wire, 'topic')
    const headers = { ...alice, 'content-type': 'application/json' }
    const renamed = await wire.send(`/docs/${json.id}`, { method: 'PATCH', headers, body: '{"fields":{"topic":"../.."}}' })
    expect(renamed.status).toBe(200)
    const put = { method: 'PUT', headers: { ...alice, 'content-type': 'text/plain' }, body: 'new' }
    await wire.refuses(async () => (await wire.send(`/docs/${json.id}/content`, put)).status, 400)
    expect((await wire.send(`/docs/${json.id}/content`)).text).toBe('x')
  })
})

describe('threat 26: ids and names in paths', () => {
  const server = sharedWire()
  it.each([
    '..%2f..%2fcanary',
    '%2e%2e',
    '..%5c..%5ccanary',
    '%00',
    'a%00',
    '%252e%252e%252fcanary',
    '....//....//canary',
    '%c0%ae%c0%ae',
    '*',
    '%25',
    '_',
    "'%20or%201=1",
    '%ff',
    '[a-z]*',
    'x'.repeat(5000),
  ])('%s names nothing', async id => {
    const wire = server()
    const { id: other } = await wire.upload('stays')
    for (const path of [`/docs/${id}`, `/docs/${id}/content`]) {
      await wire.refuses(async () => (await wire.send(path)).status, 404)
    }
    await wire.refuses(async () => (await wire.send(`/docs/links/${id}`)).status, 403, 404)
    await wire.refuses(async () => (await wire.send(`/docs/${id}`, { method: 'DELETE', headers: alice })).status, 404)
    expect((await wire.send(`/docs/${other}/content`)).text).toBe('stays')
  })
})

describe('threat 27: links in the place of what is stored', () => {
  /** An asset larger than what is kept in memory, its file, and the folder of that. */
  async function stored() {
    const clock = fakeClock()
    const wire = await openWire({ stowage: { clock } })
    const { id } = await wire.upload('s'.repeat(100_000))
    const [object] = (await wire.storage.list()).objects
    const path = join(wire.root, 'objects', object?.key ?? '')
    return { ...wire, clock, id, path, folder: join(path, '..') }
  }
  const secret = 'alive'

  it.each(['symbolic link', 'folder as a link'])('a download of a %s shows nothing of it', async what => {
    const { id, path, folder, sandbox, send, logged } = await stored()
    if (what === 'symbolic link') {
      await rm(path)
      await symlink(join(sandbox, 'canary'), path)
    } else {
      const outside = join(sandbox, 'site', 'objects', 'moved')
      await rename(folder, outside)
      await symlink(outside, folder)
    }
    logged.length = 0
    for (const headers of [{}, { range: 'bytes=0-3' }]) {
      const { status, text } = await send(`/docs/${id}/content`, { headers })
      expect(status).toBeGreaterThanOrEqual(500)
      expect(text).not.toContain(secret)
      expect(text).not.toContain(sandbox)
    }
    expect(logged).toHaveLength(2)
    if (what !== 'symbolic link') await rm(folder)
  })

  it('a hard link to another file is no content of an asset: sizes differ, nothing is sent', async () => {
    const { id, path, sandbox, send } = await stored()
    await rm(path)
    await link(join(sandbox, 'canary'), path)
    const { status, text } = await send(`/docs/${id}/content`)
    expect([status, text.includes(secret)]).toEqual([500, false])
    await rm(path)
  })

  it.each(['symbolic', 'hard'])('deleting or replacing over a %s link leaves what it leads to', async what => {
    const { id, path, sandbox, send, stowage, clock } = await stored()
    const plant = async () => {
      await rm(path, { force: true })
      await (what === 'hard' ? link : symlink)(join(sandbox, 'canary'), path)
    }
    await plant()
    const put = { method: 'PUT', headers: { ...alice, 'content-type': 'text/plain' }, body: 'new' }
    expect((await send(`/docs/${id}/content`, put)).status).toBe(200)
    expect((await send(`/docs/${id}/content`)).text).toBe('new')
    await clock.advance(30 * 24 * 3600 * 1000)
    await stowage.sweep()
    await plant().catch(error => expect(error.code).toBe('ENOENT'))
    expect((await send(`/docs/${id}`, { method: 'DELETE', headers: alice })).status).toBe(204)
    await stowage.sweep()
    await rm(path, { force: true })
  })
})

describe('threat 28: deleting one of many that look alike', () => {
  it('takes only that one', async () => {
    const wire = await openWire({ kind: readable })
    const ids = new Map<string, string>()
    for (const topic of ['ab', 'abc', 'a*', '[ab]', 'a?', '%']) ids.set(topic, (await upload(wire, topic)).json.id)
    await writeFile(join(wire.root, 'objects', 'ab', 'foreign'), 'not ours')
    for (const [topic, id] of [...ids]) {
      expect((await wire.send(`/docs/${id}`, { method: 'DELETE', headers: alice })).status).toBe(204)
      ids.delete(topic)
      await wire.stowage.sweep()
      for (const other of ids.values()) expect((await wire.send(`/docs/${other}/content`)).text).toBe('x')
    }
    expect(await readdir(join(wire.root, 'objects', 'ab'))).toEqual(['foreign'])
  })
})
