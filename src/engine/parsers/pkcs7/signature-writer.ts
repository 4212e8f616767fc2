// Makes certificates and Authenticode signatures for tests, with fresh keys: nothing that is signed is stored.

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { bits, der, integer, octets, oid, sequence, set } from '../der/der-writer.ts'

export interface Identity {
  /** The certificate, DER. */
  readonly certificate: Buffer
  readonly name: Buffer
  readonly issuerName: Buffer
  readonly serial: Buffer
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const sha256 = algorithm('2.16.840.1.101.3.4.2.1')
const rsaSha256 = '1.2.840.113549.1.1.11'
const ecdsaSha256 = '1.2.840.10045.4.3.2'

function algorithm(identifier: string): Buffer {
  return sequence(oid(identifier), der(0x05))
}

/** `{ '2.5.4.3': 'Example' }` as UTF8String. */
export function nameOf(parts: Readonly<Record<string, string | Buffer>>): Buffer {
  return sequence(
    ...Object.entries(parts).map(([type, value]) =>
      set(sequence(oid(type), typeof value === 'string' ? der(0x0c, Buffer.from(value)) : value)),
    ),
  )
}

export interface IdentityOptions {
  readonly name: Buffer
  readonly serial: number
  readonly issuer?: Identity
  readonly kind?: 'rsa' | 'ec'
}

export function identity({ name, serial, issuer, kind = 'rsa' }: IdentityOptions): Identity {
  const keys =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer = issuer?.privateKey ?? keys.privateKey
  const kindOfSigner = algorithm(signer.asymmetricKeyType === 'rsa' ? rsaSha256 : ecdsaSha256)
  const number = integer(0, serial)
  const body = sequence(
    der(0xa0, integer(2)),
    number,
    kindOfSigner,
    issuer?.name ?? name,
    sequence(der(0x17, '200102030405Z'), der(0x18, '20600102030405Z')),
    name,
    keys.publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(sequence(oid('2.5.29.19'), der(0x01, Buffer.of(0xff)), octets(sequence())))),
  )
  const certificate = sequence(body, kindOfSigner, bits(sign('sha256', body, signer)))
  return { certificate, name, issuerName: issuer?.name ?? name, serial: number, ...keys }
}

export function attribute(type: string, ...values: readonly Buffer[]): Buffer {
  return sequence(oid(type), set(...values))
}

interface SignerOptions {
  readonly signer: Identity
  /** What the message digest is over. */
  readonly content: Buffer
  readonly contentType: string
  readonly signed?: readonly Buffer[]
  /** Unsigned attributes, once the signature is known. */
  readonly unsigned?: (signature: Buffer) => readonly Buffer[]
}

function signerInfo({ signer, content, contentType, signed = [], unsigned }: SignerOptions): Buffer {
  const attributes = Buffer.concat([
    attribute('1.2.840.113549.1.9.3', oid(contentType)),
    attribute('1.2.840.113549.1.9.4', octets(createHash('sha256').update(content).digest())),
    ...signed,
  ])
  const signature = sign('sha256', der(0x31, attributes), signer.privateKey)
  const more = unsigned?.(signature) ?? []
  return sequence(
    integer(1),
    sequence(signer.issuerName, signer.serial),
    sha256,
    der(0xa0, attributes),
    algorithm('1.2.840.113549.1.1.1'),
    octets(signature),
    ...(more.length === 0 ? [] : [der(0xa1, ...more)]),
  )
}

function signedData(
  type: string,
  content: Buffer,
  certificates: readonly Identity[],
  signer: Buffer,
): Buffer {
  return sequence(
    oid('1.2.840.113549.1.7.2'),
    der(
      0xa0,
      sequence(
        integer(1),
        set(sha256),
        sequence(oid(type), der(0xa0, content)),
        der(0xa0, ...certificates.map(({ certificate }) => certificate)),
        set(signer),
      ),
    ),
  )
}

export interface AuthenticodeOptions {
  readonly signer: Identity
  readonly certificates: readonly Identity[]
  readonly digest: Buffer
  readonly signed?: readonly Buffer[]
  readonly unsigned?: (signature: Buffer) => readonly Buffer[]
}

const indirectData = '1.3.6.1.4.1.311.2.1.4'

export function authenticode({ digest, certificates, ...options }: AuthenticodeOptions): Buffer {
  const inside = Buffer.concat([sequence(oid('1.3.6.1.4.1.311.2.1.15')), sequence(sha256, octets(digest))])
  const signer = signerInfo({ ...options, content: inside, contentType: indirectData })
  return signedData(indirectData, sequence(inside), certificates, signer)
}

/** A PKCS #9 countersignature attribute of `signature`. */
export function countersignature(signer: Identity, signature: Buffer, time: string): Buffer {
  const info = signerInfo({
    signer,
    content: signature,
    contentType: '1.2.840.113549.1.7.1',
    signed: [attribute('1.2.840.113549.1.9.5', der(0x17, time))],
  })
  return attribute('1.2.840.113549.1.9.6', info)
}

const timeStampInfo = '1.2.840.113549.1.9.16.1.4'

/** An RFC 3161 time stamp of `signature` in Microsoft's attribute. */
export function timeStamp(signer: Identity, signature: Buffer): Buffer {
  const imprint = sequence(sha256, octets(createHash('sha256').update(signature).digest()))
  const info = sequence(integer(1), oid('1.2.3.4'), imprint, integer(7), der(0x18, '20250102030405Z'))
  const token = signedData(
    timeStampInfo,
    octets(info),
    [signer],
    signerInfo({ signer, content: info, contentType: timeStampInfo }),
  )
  return attribute('1.3.6.1.4.1.311.3.3.1', token)
}
