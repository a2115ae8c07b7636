import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { consoleLogger, customRule, ownerOnly, StowageError } from '@stowage/core'
import { firstOf, hashApiKey, hashedApiKeys, signedObjects } from '@stowage/http'
import { failBefore } from '@stowage/testkit'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { file, form } from '../../form.ts'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { openWorld, type World } from './world.ts'

const SIGNATURE = 'c2lnbmF0dXJlLW9mLWEtY2xvdWQ'
const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })

/** Answers and events that hold one of these texts. */
function leaks(secrets: readonly string[], told: readonly unknown[], { logged }: Pick<World, 'logged'>): string[] {
  const everything = [...told, ...logged].map(one =>
    JSON.stringify(one, (_name, value) =>
      value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value,
    ),
  )
  return everything.filter(text => secrets.some(secret => secret !== '' && text.includes(secret)))
}

describe('threat 81: secrets in logs and answers', () => {
  it('are in none, whether a request is answered, refused or fails', async () => {
    const known = new Map(Object.entries(keys).map(([id, key]) => [hashApiKey(key), { sha256: hashApiKey(key), actor: { id } }]))
    const world = await openWorld({
      policy: ownerOnly(),
      authenticate: firstOf(hashedApiKeys({ keys: sha256 => known.get(sha256), query: 'api_key' })),
    })
    const hers = await world.make('alice', 'private')
    const { token } = await world.stowage.trusted.createLink(hers.id)
    const cookie = world.people.cookie('alice')
    world.guard()
    const places: readonly (readonly [string, Record<string, string>])[] = [
      ['', by('alice')],
      ['', { 'x-api-key': keys.alice }],
      [`?api_key=${keys.alice}`, {}],
      ['', { ...by('alice'), 'x-api-key': keys.bob }],
      [`?api_key=${keys.revoked}`, by('bob')],
      ['', { authorization: `Basic ${keys.carol}` }],
      ['', { cookie }],
      ['', { cookie, ...by('viewer') }],
    ]
    const paths = [
      '/docs',
      `/docs/${hers.id}`,
      `/docs/${hers.id}/content`,
      '/docs/none',
      `/docs/links/${token}`,
      `/docs/links/${token}x`,
      '/nowhere',
      `/docs/${keys.admin}`,
    ]
    const told: unknown[] = []
    const everywhere = async () => {
      for (const [query, headers] of places) {
        for (const path of paths) {
          for (const method of ['GET', 'HEAD', 'DELETE'].slice(0, path.includes('links') ? 2 : 3)) {
            if (method === 'DELETE' && path === `/docs/${hers.id}`) continue
            told.push(await ask(world.api, path + query, { method, headers }))
          }
        }
      }
    }
    await everywhere()
    const down = new StowageError('unavailable', `PUT https://bucket.example/x?X-Amz-Signature=${SIGNATURE} failed`, {
      cause: new Error(`GET https://bucket.example/x?sig=${SIGNATURE}&a=b with Authorization: Bearer ${keys.editor}`),
    })
    world.metadata.inject({ on: '*', fault: failBefore(down) })
    world.storage.inject({ on: '*', fault: failBefore(down) })
    await everywhere()
    world.metadata.heal()
    world.storage.heal()
    expect(told.length).toBeGreaterThan(200)
    expect(world.logged.filter(({ message }) => message === 'request failed').length).toBeGreaterThan(20)
    const secrets = [...Object.values(keys), SIGNATURE, cookie.split('=')[1] ?? '', token, ...Object.values(keys).map(hashApiKey)]
    expect(leaks(secrets, told, world)).toEqual([])
    // The test sees what it looks for.
    expect(leaks([keys.alice], [{ text: keys.alice }], world)).toHaveLength(1)
  })

  it('are in no event of a signed URL that is good, altered or used wrongly', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const secret = 'a secret of at least 32 characters'
    const storage = fsStorage({
      root: join(world.root, 'signed'),
      signing: { secret, baseUrl: 'https://app.example.com/objects' },
    })
    await storage.open()
    const api = signedObjects(storage, { path: '/objects', logger: world.stowage.logger })
    const { url, headers } = (await storage.presignPut?.('a/b', { expiresInSeconds: 60 })) ?? { url: '', headers: {} }
    const { pathname, search } = new URL(url)
    const told: unknown[] = []
    for (const [path, method] of [
      [pathname + search, 'PUT'],
      [pathname + search, 'GET'],
      [`${pathname}x${search}`, 'PUT'],
      [`${pathname}${search}x`, 'PUT'],
      [pathname, 'PUT'],
      [pathname + search, 'DELETE'],
    ] as const)
      told.push(await ask(api, path, { method, headers, ...(method === 'PUT' && { body: 'x' }) }))
    const signatures = [...new URLSearchParams(search)].map(([, value]) => value).filter(value => value.length > 20)
    expect(signatures.length).toBeGreaterThan(0)
    expect(world.logged.length).toBeGreaterThanOrEqual(4)
    expect(leaks([...signatures, secret, search.slice(1)], told, world)).toEqual([])
    await storage.close()
  })

  it('in the error of a hook or rule lose queries and credentials on their way to the log', async () => {
    const failed = () => {
      throw new Error(`GET https://roles.example/x?token=${SIGNATURE} with Authorization: Bearer ${keys.editor}`, {
        cause: new Error(`https://roles.example/?sig=${SIGNATURE}`),
      })
    }
    const rule = customRule('roles', failed, failed)
    const worlds = [
      await openWorld({ policy: { rules: { list: rule, read: rule } }, inMemory: true }),
      await openWorld({ policy: ownerOnly(), profile: { limit: failed }, inMemory: true }),
      await openWorld({ policy: ownerOnly(), authenticate: failed, inMemory: true }),
      await openWorld({
        policy: ownerOnly({ read: 'anyone' }),
        profile: { present: { page: failed, error: failed } },
        inMemory: true,
      }),
    ]
    for (const world of worlds) {
      world.guard()
      const told = await ask(world.api, '/docs', { headers: by('alice') })
      expect(told.status).toBeGreaterThanOrEqual(400)
      expect(world.logged.length).toBeGreaterThan(0)
      expect(leaks([SIGNATURE, keys.editor], [told], world)).toEqual([])
    }
  })
})

describe('threat 81: names with line breaks', () => {
  it('make no line of their own in the log, and neither does anything else that a client sends', async () => {
    const lines: string[] = []
    const write = vi.spyOn(process.stderr, 'write').mockImplementation(text => lines.push(String(text)) > 0)
    onTestFinished(() => write.mockRestore())
    const world = await openWorld({ policy: ownerOnly(), logger: consoleLogger('debug') })
    world.guard()
    const forged = 'x\n{"level":"error","message":"forged"}\r\n'
    const encoded = encodeURIComponent(forged)
    await ask(world.api, `/docs/${encoded}`, { headers: by('alice') })
    await ask(world.api, `/docs?search=${encoded}&${encoded}=1`, { headers: by('alice') })
    await ask(world.api, `/docs/links/${encoded}`)
    await ask(world.api, '/docs', { headers: { ...by('alice'), 'x-request-id': '{"level":"error"}' } })
    await ask(world.api, '/docs', { headers: { authorization: 'Bearer x"},{"message":"forged"' } })
    await ask(world.api, `/docs?filename=${encoded}`, {
      method: 'POST',
      headers: { ...by('alice'), 'content-type': 'text/plain' },
      body: 'x',
    })
    const named = form(file('x', 'a.txt'), { name: forged.replaceAll(/[\r\n"]/g, '_'), value: forged })
    await ask(world.api, '/docs', { method: 'POST', headers: { ...by('alice'), ...named.headers }, body: named.body })
    world.metadata.inject({ on: '*', fault: failBefore(new Error(forged)) })
    await ask(world.api, '/docs', { headers: by('alice') })
    world.metadata.heal()
    write.mockRestore()
    const events = lines
      .join('')
      .split('\n')
      .filter(line => line !== '')
    expect(events.length).toBeGreaterThanOrEqual(6)
    for (const event of events) {
      const { level, message } = JSON.parse(event) as { level: string; message: string }
      expect([level, message]).not.toEqual(['error', 'forged'])
      expect(message).toMatch(/^[A-Za-z .]+$/)
    }
    expect(events.length).toBe(lines.length)
  })
})
