import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { bits, der, integer, objectId, octets, sequence, set, text, time, yes } from './der.ts'

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const DAY_MS = 24 * 60 * 60 * 1000

export interface Certificate {
  /** PEM, which is its own authority: clients are told to trust this one. */
  readonly cert: string
  readonly key: string
}

/** A certificate for these host names that lives for a day. Made anew for each server, so that no key lies about. @see RFC 5280 */
export function certificateFor(hosts: readonly string[], now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256))
  const name = sequence(set(sequence(objectId(COMMON_NAME), text('Stowage testkit'))))
  const names = hosts.map(host => der(0x82, Buffer.from(host)))
  const extensions = sequence(
    sequence(objectId(SUBJECT_ALT_NAME), octets(sequence(...names))),
    sequence(objectId(BASIC_CONSTRAINTS), yes(), octets(sequence(yes()))),
  )
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    name,
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signed = sequence(body, algorithm, bits(createSign('SHA256').update(body).sign(privateKey)))
  return { cert: pem(signed), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
