// Makes catalogs (.cat) for tests: a certificate trust list of digests, without a signature or with one.

import { createHash, sign } from 'node:crypto'

import { der, integer, octets, oid, sequence, set } from '../../src/engine/parsers/der/der-writer.ts'
import { attribute, type Identity } from '../../src/engine/parsers/pkcs7/signature-writer.ts'

const trustList = '1.3.6.1.4.1.311.10.1'
const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), der(0x05))

/**
 * The list itself: what is signed. Digests are of SHA-256, in the indirect data of each member; old catalogs have them only in
 * the member's tag, as text in UTF-16.
 */
export function trustListOf(digests: readonly Buffer[], kind: 'new' | 'old' = 'new'): Buffer {
  if (kind === 'old') return listOf(digests.map((digest) => sequence(octets(textTag(digest)), set())))
  const members = digests.map((digest) =>
    sequence(
      octets(digest),
      set(
        attribute(
          '1.3.6.1.4.1.311.2.1.4',
          sequence(sequence(oid('1.3.6.1.4.1.311.2.1.15'), peImageData()), sequence(sha256, octets(digest))),
        ),
        attribute('1.3.6.1.4.1.311.12.2.1', nameValue('File', 'member.exe')),
      ),
    ),
  )
  return listOf(members)
}

function textTag(digest: Buffer): Buffer {
  return Buffer.from(`${digest.toString('hex').toUpperCase()}\0`, 'utf16le')
}

function listOf(members: readonly Buffer[]): Buffer {
  return sequence(
    sequence(oid('1.3.6.1.4.1.311.12.1.1')),
    octets(Buffer.alloc(16, 7)),
    der(0x17, '260101000000Z'),
    sequence(oid('1.3.6.1.4.1.311.12.1.3'), der(0x05)),
    sequence(...members),
    der(0xa0, sequence(sequence(oid('1.3.6.1.4.1.311.12.2.1'), octets(nameValue('OSAttr', '2:10.0'))))),
  )
}

/** SpcPeImageData: no flags, and the obsolete file name that all signers write. */
function peImageData(): Buffer {
  const obsolete = Buffer.from('<<<Obsolete>>>', 'utf16le').swap16()
  return sequence(der(0x03, Buffer.of(0)), der(0xa0, der(0xa2, der(0x80, obsolete))))
}

function nameValue(name: string, value: string): Buffer {
  return sequence(
    der(0x1e, Buffer.from(name, 'utf16le').swap16()),
    integer(0x10, 0x01, 0x00, 0x01),
    octets(Buffer.from(`${value}\0`, 'utf16le')),
  )
}

/** A catalog; without a signer the kind that signing tools take. */
export function catalog(list: Buffer, signer?: Identity, others: readonly Identity[] = []): Buffer {
  return signedContent(trustList, list, signer, others)
}

/** Any content signed as Authenticode does it. */
export function signedContent(
  type: string,
  content: Buffer,
  signer?: Identity,
  others: readonly Identity[] = [],
): Buffer {
  const certificates = signer === undefined ? [] : [signer, ...others]
  return sequence(
    oid('1.2.840.113549.1.7.2'),
    der(
      0xa0,
      sequence(
        integer(1),
        signer === undefined ? set() : set(sha256),
        sequence(oid(type), der(0xa0, content)),
        ...(signer === undefined ? [] : [der(0xa0, ...certificates.map(({ certificate }) => certificate))]),
        set(...(signer === undefined ? [] : [signerInfo(type, content, signer)])),
      ),
    ),
  )
}

function signerInfo(type: string, whole: Buffer, signer: Identity): Buffer {
  const content = whole.subarray(headBytes(whole))
  const attributes = Buffer.concat([
    attribute('1.2.840.113549.1.9.3', oid(type)),
    attribute('1.2.840.113549.1.9.4', octets(createHash('sha256').update(content).digest())),
  ])
  return sequence(
    integer(1),
    sequence(signer.issuerName, signer.serial),
    sha256,
    der(0xa0, attributes),
    sequence(oid('1.2.840.113549.1.1.1'), der(0x05)),
    octets(sign('sha256', der(0x31, attributes), signer.privateKey)),
  )
}

function headBytes(item: Buffer): number {
  const first = item[1] ?? 0
  return first < 0x80 ? 2 : 2 + (first & 0x7f)
}
