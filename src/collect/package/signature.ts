// What closes a package: a signature (Ed25519, RFC 8032) over the end of the manifest's chain, the case file and all bytes
// before. Its frame is uncompressed and follows from its content byte for byte, so that nothing in it can be changed unseen.

import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

import { isCount, isListOf, isPlace, isRecord, type MemberPlace } from './manifest-entry.ts'
import { signatureName } from './member-name.ts'
import { skippableMagic, zstdMagic } from './frame-reader.ts'
import { memberHeader, paddingOf } from './tar-header.ts'

export const packageFormat = 'haechi-package/1'
const purpose = 'haechi-package-signature/1\n'
const blockBytes = 131_072

export interface SignedFacts {
  readonly format: typeof packageFormat
  /** When the collection began; time of the members that are ours. */
  readonly started: string
  /** Of the last line of the manifest. */
  readonly chainRoot: string
  readonly lines: number
  /** Where the parts of the manifest stand. */
  readonly manifest: readonly MemberPlace[]
  readonly case: MemberPlace
  readonly caseSha256: string
  /** All that stands before the signature. */
  readonly stream: { readonly bytes: number; readonly sha256: string }
  readonly algorithm: 'ed25519'
  /** 32 bytes in hex. */
  readonly publicKey: string
}

export interface Signature extends SignedFacts {
  readonly signature: string
}

export function signFacts(
  facts: Omit<SignedFacts, 'format' | 'algorithm' | 'publicKey'>,
  privateKey: KeyObject,
): Signature {
  const all: SignedFacts = {
    format: packageFormat,
    ...facts,
    algorithm: 'ed25519',
    publicKey: publicKeyHex(createPublicKey(privateKey)),
  }
  return { ...all, signature: sign(null, message(all), privateKey).toString('hex') }
}

/** By the key that stands in it. */
export function isSignedByItself({ signature, ...facts }: Signature): boolean {
  return verify(null, message(facts), publicKeyFrom(facts.publicKey), Buffer.from(signature, 'hex'))
}

function message(facts: SignedFacts): Buffer {
  return Buffer.from(purpose + JSON.stringify(facts))
}

export function publicKeyHex(key: KeyObject): string {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
}

/** 64 digits. */
export function publicKeyFrom(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/** Short name of a key for people: the beginning of its digest. */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex').slice(0, 32)
}

/** The last bytes of a package that has this signature at `offset`: its frame, and where that begins. */
export function tailOf(signature: Signature, offset: number): Buffer {
  const data = Buffer.from(`${JSON.stringify(signature)}\n`)
  const header = memberHeader({
    kind: 'head',
    path: signatureName,
    size: data.length,
    times: { modified: signature.started },
    stored: data.length,
    isSparse: false,
  })
  // Two empty blocks end a tar.
  const end = Buffer.alloc(paddingOf(data.length) + 1024)
  const pointer = Buffer.alloc(pointerBytes)
  pointer.writeUInt32LE(pointerMagic, 0)
  pointer.writeUInt32LE(8, 4)
  pointer.writeBigUInt64LE(BigInt(offset), 8)
  return Buffer.concat([uncompressedFrame(Buffer.concat([header, data, end])), pointer])
}

export const pointerBytes = 16
const pointerMagic = skippableMagic + 0xe

/** Where the frame of the signature begins, from the last bytes of a package; undefined where they do not tell. */
export function tailOffset(bytes: Buffer): number | undefined {
  if (bytes.length !== pointerBytes) return undefined
  if (bytes.readUInt32LE(0) !== pointerMagic || bytes.readUInt32LE(4) !== 8) return undefined
  const offset = bytes.readBigUInt64LE(8)
  return offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : undefined
}

function uncompressedFrame(content: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(zstdMagic, 0)
  // One segment, its size in four bytes, no checksum.
  head.writeUInt8(0xa0, 4)
  head.writeUInt32LE(content.length, 5)
  const parts: Buffer[] = [head]
  for (let at = 0; at < content.length; at += blockBytes) {
    const block = content.subarray(at, at + blockBytes)
    const isLast = at + blockBytes >= content.length
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | Number(isLast), 0, 3)
    parts.push(header, block)
  }
  return Buffer.concat(parts)
}

/** Undefined where it is none. Whoever wrote it is not trusted. */
export function readSignature(text: string): Signature | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || !isRecord(value['stream'])) return undefined
  const isRight =
    value['format'] === packageFormat &&
    value['algorithm'] === 'ed25519' &&
    typeof value['started'] === 'string' &&
    isHex(value['chainRoot'], 64) &&
    isHex(value['caseSha256'], 64) &&
    isHex(value['stream']['sha256'], 64) &&
    isHex(value['publicKey'], 64) &&
    isHex(value['signature'], 128) &&
    isCount(value['lines']) &&
    isCount(value['stream']['bytes']) &&
    isListOf(value['manifest'], isPlace) &&
    isPlace(value['case'])
  return isRight ? (value as unknown as Signature) : undefined
}

function isHex(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]*$/.test(value)
}
