import fc from 'fast-check'

/** One try to have a server connect to where it must not. */
export interface Hostile {
  readonly url: string
  /** What a resolver says, one answer after the other; the last for ever. */
  readonly answers: readonly (readonly string[])[]
  /** Redirects of the public origin on the way there. */
  readonly redirects: number
}

/** Where the tries are aimed: an origin that is public, and a port that is listened on at it and at a private address. */
export interface Aim {
  readonly publicAddress: string
  readonly privateAddress: string
  readonly port: number
}

const octet = fc.integer({ min: 0, max: 255 })
const anyOctets = fc.tuple(octet, octet, octet, octet)
type Octets = readonly [number, number, number, number]

/** Addresses of IPv4 that lead inside. */
const privateOctets: fc.Arbitrary<Octets> = fc.oneof(
  anyOctets.map(([, b, c, d]): Octets => [10, b, c, d]),
  anyOctets.map(([, b, c, d]): Octets => [127, b, c, d]),
  anyOctets.map(([, , c, d]): Octets => [192, 168, c, d]),
  anyOctets.map(([, b, c, d]): Octets => [172, 16 + (b % 16), c, d]),
  anyOctets.map(([, b, c, d]): Octets => [100, 64 + (b % 64), c, d]),
  anyOctets.map(([, b, c, d]): Octets => [0, b, c, d]),
  anyOctets.map(([a, b, c, d]): Octets => [224 + (a % 32), b, c, d]),
  fc.constantFrom<Octets[]>(
    [169, 254, 169, 254],
    [127, 0, 0, 1],
    [127, 0, 0, 3],
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [168, 63, 129, 16],
  ),
)

const toNumber = ([a, b, c, d]: Octets) => ((a * 256 + b) * 256 + c) * 256 + d

/** One address in every way that a URL may spell it. */
function spelt(octets: Octets): fc.Arbitrary<string> {
  const [a, b, c, d] = octets
  const part = (value: number) =>
    fc.constantFrom(
      String(value),
      `0x${value.toString(16)}`,
      `0X${value.toString(16).toUpperCase()}`,
      `0${value.toString(8)}`,
      `000${value.toString(8)}`,
    )
  const dotted = (...values: number[]) =>
    fc.tuple(...values.map(part)).chain(parts => fc.constantFrom('.', '。', '．', '｡').map(dot => parts.join(dot)))
  const shapes = fc.oneof(
    dotted(a, b, c, d),
    dotted(a, b, c * 256 + d),
    dotted(a, (b * 256 + c) * 256 + d),
    part(toNumber(octets)),
    fc.constant(octets.join('.')),
  )
  return shapes.chain(text => fc.constantFrom(text, `${text}.`, fullwidth(text), escaped(text)))
}

const fullwidth = (text: string) => text.replace(/[0-9a-z]/gi, digit => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
const escaped = (text: string) => text.replace(/[0-9]/g, digit => `%3${digit}`)

const word = (high: number, low: number) => (high * 256 + low).toString(16)

/** An address of IPv4 inside one of IPv6, and addresses that lead inside by themselves. */
const privateV6 = (octets: fc.Arbitrary<Octets>): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(
        octets,
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '::ffff:0:', '2600::5efe:', '2600::200:5efe:'),
        fc.boolean(),
      )
      .map(([[a, b, c, d], prefix, dotted]) => prefix + (dotted ? `${a}.${b}.${c}.${d}` : `${word(a, b)}:${word(c, d)}`)),
    octets.map(([a, b, c, d]) => `2002:${word(a, b)}:${word(c, d)}::1`),
    octets.map(([a, b, c, d]) => `2001:0:4136:e378:8000:63bf:${word(255 - a, 255 - b)}:${word(255 - c, 255 - d)}`),
    fc
      .tuple(fc.constantFrom('fe80', 'fec0', 'fc00', 'fd12', 'ff02', '2001:db8', '100', '5f00', '3fff', '2001:10', '4000'), octet)
      .map(([head, tail]) => `${head}::${tail.toString(16)}`),
    fc.constantFrom('::1', '::', '0:0:0:0:0:0:0:1', '::ffff:7f00:3', 'fd00:ec2::254'),
  )

const publicV4: fc.Arbitrary<string> = fc.constantFrom('8.8.8.8', '93.184.215.14', '1.1.1.1')

/** Everything that must be refused when it is the host of a URL or a resolver's answer. */
const plainPrivate = fc.oneof(
  privateOctets.map(octets => octets.join('.')),
  privateV6(privateOctets),
)

const privateNames = fc.constantFrom(
  'localhost',
  'LOCALHOST.',
  'a.localhost',
  'metadata.google.internal',
  'printer.local',
  'x.home.arpa',
)

/** Names whose answers hold a private address: at once, among others, or the second time they are asked. */
const answering: fc.Arbitrary<readonly (readonly string[])[]> = fc.oneof(
  plainPrivate.map(bad => [[bad]]),
  fc
    .tuple(plainPrivate, fc.array(publicV4, { maxLength: 5 }), fc.nat())
    .map(([bad, good, at]) => [good.toSpliced(at % (good.length + 1), 0, bad)]),
  fc.constantFrom([[]], [['not an address']], [['0177.0.0.1']], [['127.1']], [['::1%lo']]),
)

/** A host that leads inside, and what a resolver says of it. */
const hosts: fc.Arbitrary<{ readonly host: string; readonly answers: Hostile['answers'] }> = fc.oneof(
  { weight: 4, arbitrary: privateOctets.chain(spelt).map(host => ({ host, answers: [] })) },
  { weight: 3, arbitrary: privateV6(privateOctets).map(address => ({ host: `[${address}]`, answers: [] })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('a.example', 'b.c.example', 'intranet', 'xn--mnchen-3ya.example'), answering)
      .map(([host, answers]) => ({ host, answers })),
  },
  { weight: 1, arbitrary: privateNames.map(host => ({ host, answers: [['8.8.8.8']] })) },
)

/** What makes a URL refused whatever its host. */
function harmed({ port }: Aim): fc.Arbitrary<string> {
  return fc.constantFrom(
    'gopher://a.example/',
    'file:///etc/passwd',
    'data:,x',
    'http://user:pass@a.example/',
    'http://@a.example/',
    `http://a.example:${port}@b.example/`,
    'http://a.example:6379/',
    'https://a.example:22/',
    'http://a.example/\r\nHost: b.example',
    'http://a.example\\@b.example/',
    'http://a\t.example/',
    'http:a.example/',
    '//a.example/',
    'http://a.example\0/',
    'http://',
  )
}

/** Hosts that look like the one that is allowed, `allowed.example` and `127.0.0.4` with the port of the aim. */
function lookalikes({ port }: Aim): fc.Arbitrary<string> {
  const near = [
    'allowed.example.',
    'xallowed.example',
    'allowed.example.evil.example',
    'allowed.examplex',
    'allowed%2eexample.evil.example',
    '127.0.0.4.',
    '127.4',
    '127.0.0.40',
    '2130706436',
    '[::ffff:127.0.0.4]',
  ]
  const hostsNear = fc.constantFrom(...near).map(host => `http://${host}:${port}/`)
  return fc.oneof(
    hostsNear,
    fc.constantFrom(
      'http://allowed.example/',
      `http://allowed.example:${port}@127.0.0.3/`,
      `http://127.0.0.3/#allowed.example:${port}`,
      `https://127.0.0.4/`,
    ),
  )
}

/** Tries of every sort; `127.0.0.3` and its like are what an answer leads to where a guard does not hold. */
export function hostileUrls(aim: Aim): fc.Arbitrary<Hostile> {
  const scheme = fc.constantFrom('http', 'http', 'https', 'HTTP')
  const port = fc.constantFrom('', '', `:${aim.port}`, ':80', ':443')
  const direct = fc
    .tuple(scheme, hosts, port, fc.constantFrom('', '/', '/a?b=c#d'))
    .map(([by, { host, answers }, at, path]) => ({ url: `${by}://${host}${at}${path}`, answers }))
  const inside = [[aim.privateAddress]]
  const any = fc.oneof(
    { weight: 10, arbitrary: direct },
    { weight: 1, arbitrary: harmed(aim).map(url => ({ url, answers: inside })) },
    { weight: 2, arbitrary: lookalikes(aim).map(url => ({ url, answers: inside })) },
    // Rebinding: public while it is looked at, private once it is connected to or redirected.
    {
      weight: 1,
      arbitrary: fc.constant({
        url: `http://rebinding.example:${aim.port}/again`,
        answers: [[aim.publicAddress], [aim.privateAddress]],
      }),
    },
  )
  return fc.tuple(any, fc.integer({ min: 0, max: 3 })).map(([one, redirects]) => ({ ...one, redirects }))
}
