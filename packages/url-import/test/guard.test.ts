import { describe, expect, it } from 'vitest'
import { failureOf, guarded, origin, PRIVATE, PUBLIC, take } from './world.ts'

const GENERIC = (await failureOf(guarded().importer, 'http://private.example/')).message

/** Refuses without a connection, in the words that every refusal has. */
async function expectRefused(url: string, options: Parameters<typeof guarded>[0] = {}) {
  const { importer, connects } = guarded(options)
  const { code, message } = await failureOf(importer, url)
  expect([url, code, message, connects]).toEqual([url, 'unprocessable', GENERIC, []])
}

describe('threat 61: IPv4 addresses in other spellings', () => {
  it.each([
    'http://127.0.0.3/',
    'http://2130706435/',
    'http://0x7f000003/',
    'http://0X7F.0.0.3/',
    'http://017700000003/',
    'http://0177.0.0.3/',
    'http://0177.0x0.0.3/',
    'http://127.3/',
    'http://127.0.3/',
    'http://127.0.0.3./',
    'http://127。0。0。3/',
    'http://127.0.0.3/',
    'http://①②⑦.⓪.⓪.③/',
    'http://%31%32%37.0.0.3/',
    'http://00000177.0.0.3/',
    'http://0/',
    'http://0.0.0.0/',
    'http://10.1/',
    'http://172.16.5.4/',
    'http://192.168.257/',
    'http://100.64.0.1/',
    'http://100.100.100.200/',
    'http://169.254.169.254/',
    'http://168.63.129.16/',
    'http://192.0.0.8/',
    'http://192.0.2.1/',
    'http://192.88.99.1/',
    'http://198.18.0.1/',
    'http://198.51.100.7/',
    'http://203.0.113.7/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://256.0.0.1/',
    'http://127.0.0.0x1.3/',
    'http://4294967299/',
  ])('%s is refused, and nothing is connected', url => expectRefused(url))
})

describe('threat 62: addresses of IPv6 that are not public', () => {
  it.each([
    ['loopback', '::1'],
    ['none', '::'],
    ['mapped', '::ffff:127.0.0.3'],
    ['mapped, in hexadecimal', '::ffff:7f00:3'],
    ['mapped, public', '::ffff:8.8.8.8'],
    ['written out', '0:0:0:0:0:ffff:7f00:0003'],
    ['IPv4-compatible', '::127.0.0.3'],
    ['IPv4-compatible, in hexadecimal', '::7f00:3'],
    ['translated', '::ffff:0:127.0.0.3'],
    ['NAT64', '64:ff9b::127.0.0.3'],
    ['NAT64 of a network’s own', '64:ff9b:1::7f00:3'],
    ['6to4', '2002:7f00:3::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffc'],
    ['ISATAP', '2600::5efe:7f00:3'],
    ['ISATAP, universal', '2600::200:5efe:10.0.0.1'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['unique local', 'fd00:ec2::254'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['more documentation', '3fff::1'],
    ['benchmarks', '2001:2::1'],
    ['ORCHID', '2001:20::1'],
    ['discard', '100::1'],
    ['segment routing', '5f00::1'],
    ['never given out', '4000::1'],
  ])('%s: [%s] is refused as a literal and as an answer', async (_name, address) => {
    await expectRefused(`http://[${address}]/`)
    await expectRefused('http://public.example/', { resolve: async () => [address] })
  })

  it('an address with a zone is refused, however it comes', async () => {
    await expectRefused('http://[fe80::1%25eth0]/')
    await expectRefused('http://public.example/', { resolve: async () => ['2606:4700::1%eth0'] })
  })
})

describe('threat 63: an address in place of a name', () => {
  it('is held against the same guard as what a name leads to, and no resolver is asked', async () => {
    const { port } = await origin((_req, res) => res.end('bytes'))
    const { importer, asked, connects } = guarded({ ports: [port] })
    expect(await failureOf(importer, `http://${PRIVATE}:${port}/`)).toMatchObject({ code: 'unprocessable', message: GENERIC })
    expect(connects).toEqual([])
    expect(String(await take(importer, `http://${PUBLIC}:${port}/`))).toBe('bytes')
    expect([asked, connects]).toEqual([[], [`${PUBLIC}:${port}`]])
  })
})

describe('a rule of one’s own on addresses', () => {
  it.each([
    [
      'fails',
      () => {
        throw new Error('broken')
      },
    ],
    ['answers with a promise', (async () => true) as unknown as () => boolean],
    ['says nothing', (() => undefined) as unknown as () => boolean],
    ['forbids a public one', (address: string) => address !== PUBLIC],
  ])('that %s permits nothing', (_name, mayConnect) => expectRefused('http://public.example/', { mayConnect }))
})

describe('threat 66: what else a URL can say', () => {
  it.each([
    'gopher://public.example/',
    'data:text/plain,hello',
    'file:///etc/passwd',
    'ftp://public.example/a',
    'blob:http://public.example/1',
    'javascript:1',
    'ws://public.example/',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/info',
    'http:public.example/a',
    'http:///',
    '//public.example/a',
    '/a',
    'public.example/a',
    '',
    'http://',
    'http://@public.example/',
    'http://user@public.example/',
    'http://user:password@public.example/',
    'http://public.example@private.example/',
    'http://public.example:80@private.example/',
    'http://public.example\\@private.example/',
    'http://public.example:6379/',
    'http://public.example:22/',
    'http://public.example:0/',
    'http://public.example:443/',
    'https://public.example:80/',
    'http://public.example:65536/',
    'http://public.example:08080/',
    'http://public.example/a\r\nX-Evil: 1',
    'http://public.example/\r\n\r\nGET /private HTTP/1.1',
    'http://public\r\n.example/',
    'http://public.exa\tmple/',
    ' http://public.example/',
    'http://public.example/ ',
    'http://public.example/\0',
    `http://public.example/${'a'.repeat(3000)}`,
    'http://public.example%00.private.example/',
    'http://pub lic.example/',
    'http://[::1/',
    'http://exa[mple/',
  ])('%j is refused, and nothing is asked or connected', async url => {
    const { importer, connects, asked } = guarded()
    expect(await failureOf(importer, url)).toMatchObject({ code: 'unprocessable', message: GENERIC })
    expect([connects, asked]).toEqual([[], []])
  })

  it('escaped line ends in a path stay escaped', async () => {
    const paths: string[] = []
    const { port } = await origin((req, res) => {
      paths.push(req.url ?? '')
      res.end()
    })
    await take(guarded({ ports: [port] }).importer, `http://public.example:${port}/a%0d%0aX-Evil:%201?b=%0a#c`)
    expect(paths).toEqual(['/a%0d%0aX-Evil:%201?b=%0a'])
  })
})

describe('threat 67: names of clouds and of this machine', () => {
  it.each([
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://METADATA.google.internal./',
    'http://metadata/',
    'http://localhost/',
    'http://localhost./',
    'http://a.localhost/',
    'http://printer.local/',
    'http://router.home.arpa/',
    'http://x.onion/',
    'http://cloud.example/latest/meta-data/',
  ])('%s is refused', url => expectRefused(url))

  it('whatever its resolver says, a private name is not asked for', async () => {
    await expectRefused('http://metadata.google.internal/', { resolve: async () => [PUBLIC] })
    await expectRefused('http://localhost/', { resolve: async () => [PUBLIC] })
  })
})

describe('threat 84: what merely looks like an allowed host', () => {
  const pair = (port: number) => [`127.0.0.3:${port}`, `allowed.example:${port}`, `[::1]:${port}`]

  it('an exact pair is let through, whatever its address', async () => {
    const { port } = await origin((_req, res) => res.end('mine'), { address: PRIVATE })
    const { importer, connects } = guarded({ allowHosts: pair(port), resolve: async () => [PRIVATE] })
    for (const host of [PRIVATE, 'allowed.example', 'ALLOWED.Example']) {
      expect(String(await take(importer, `http://${host}:${port}/`))).toBe('mine')
    }
    expect(new Set(connects)).toEqual(new Set([`${PRIVATE}:${port}`]))
  })

  it.each([
    'http://127.0.0.3.:4000/',
    'http://127.3:4000/',
    'http://2130706435:4000/',
    'http://0x7f.0.0.3:4000/',
    'http://127.0.0.3/',
    'http://127.0.0.3:80/',
    'http://127.0.0.3:40000/',
    'http://127.0.0.3:400/',
    'http://127.0.0.30:4000/',
    'http://127.0.0.4:4000/',
    'http://27.0.0.3:4000/',
    'http://127.0.0.3.private.example:4000/',
    'http://127.0.0.3:4000@private.example/',
    'http://127.0.0.3:4000@private.example:4000/',
    'http://private.example/127.0.0.3:4000',
    'http://private.example/?127.0.0.3:4000',
    'http://private.example#127.0.0.3:4000',
    'http://allowed.example.:4000/',
    'http://allowed.example/',
    'http://not-allowed.example:4000/',
    'http://x.allowed.example:4000/',
    'http://allowed.example.private.example:4000/',
    'http://allowed.examples:4000/',
    'http://llowed.example:4000/',
    'http://allowed.example%2e:4000/',
    'http://allowed%2eexample:4000/',
    'http://allowed。example:4000/',
    'http://[::1]/',
    'http://[::2]:4000/',
    'http://[0:0:0:0:0:0:0:1]:4000/',
    'http://[::ffff:127.0.0.3]:4000/',
    'http://1:4000/',
  ])('%s is refused', url => expectRefused(url, { allowHosts: pair(4000), resolve: async () => [PRIVATE] }))

  it.each([
    '127.0.0.1',
    'localhost',
    'http://localhost:1',
    'a:0',
    'a:65536',
    'a:1/',
    '*:80',
    'a b:1',
    '127.1:80',
    '::1:80',
    'a@b:1',
    '',
  ])('an entry that is no exact pair is refused when the server starts: %j', entry =>
    expect(() => guarded({ allowHosts: [entry] })).toThrow(/exact host:port pairs/),
  )
})
