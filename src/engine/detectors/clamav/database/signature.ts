// The two digital signatures of ClamAV's containers: a plain RSA one over the MD5 in the header, and one of the form of
// RSASSA-PSS (RFC 8017, 8.1, with SHA-256) over the lines of `.info`.

import { createHash, timingSafeEqual } from 'node:crypto'

import { decodeDigits } from './digit-code.ts'

export interface RsaPublicKey {
  readonly modulus: bigint
  readonly exponent: bigint
}

export interface ContainerKeys {
  readonly header: RsaPublicKey
  readonly info: RsaPublicKey
}

/** The public keys that ClamAV publishes with its source; the same numbers stand in its 1.4.6 library. */
export const clamavKeys: ContainerKeys = {
  header: {
    modulus:
      118640995551645342603070001658453189751527774412027743746599405743243142607464144767361060640655844749760788890022283424922762488917565551002467771109669598189410434699034532232228621591089508178591428456220796841621637175567590476666928698770143328137383952820383197532047771780196576957695822641224262693037n,
    exponent: 100001027n,
  },
  info: {
    modulus:
      11088894983048545473659556106627194923928941791795047620591658697413581043322715912172496806525381055880964520618400224333320534660299233983755341740679502866829909679955734391392668378361221524205396631090105151641270857277080310734320951653700508941717419168723942507890702904702707587451621691050754307850383399865346487203798464178537392211402786481359824461197231102895415093770394216666324484593935762408468516826633192140826667923494822045805347809932848454845886971706424360558667862775876072059437703365380209101697738577515476935085469455279994113145977994084618328482151013142393373316337519977244732747977n,
    exponent: 100002049n,
  },
}

const md5Bytes = 16

/** Whether `text` is the key's signature of this MD5: as in ClamAV the last 16 bytes of the plain text are compared. */
export function verifyMd5(md5: Uint8Array, text: string, key: RsaPublicKey): boolean {
  const plain = decrypt(text, md5Bytes, key)
  return plain !== undefined && md5.length === md5Bytes && timingSafeEqual(plain, md5)
}

const hashBytes = 32
const saltBytes = 32
const encodedBytes = 256
const blockBytes = encodedBytes - hashBytes - 1
const trailer = 0xbc

/** Whether `text` is the key's (2048 bits) signature of this SHA-256. */
export function verifySha256(sha256: Uint8Array, text: string, key: RsaPublicKey): boolean {
  const encoded = decrypt(text, encodedBytes, key)
  if (encoded === undefined || encoded[encodedBytes - 1] !== trailer) return false
  const hash = encoded.subarray(blockBytes, blockBytes + hashBytes)
  const block = maskOf(hash).map((byte, at) => byte ^ (encoded[at] ?? 0))
  block[0] = (block[0] ?? 0) & 0x7f
  const one = block.indexOf(1)
  if (one + 1 !== blockBytes - saltBytes) return false
  const message = Buffer.concat([new Uint8Array(8), sha256, block.subarray(one + 1)])
  return timingSafeEqual(createHash('sha256').update(message).digest(), hash)
}

/** The mask generation function MGF1 of RFC 8017, B.2.1. */
function maskOf(seed: Uint8Array): Uint8Array {
  const mask = new Uint8Array(Math.ceil(blockBytes / hashBytes) * hashBytes)
  for (let block = 0; block * hashBytes < mask.length; block++) {
    const counter = Uint8Array.of(0, 0, 0, block)
    mask.set(createHash('sha256').update(seed).update(counter).digest(), block * hashBytes)
  }
  return mask.subarray(0, blockBytes)
}

/** The last `bytes` bytes of the plain text. */
function decrypt(text: string, bytes: number, { modulus, exponent }: RsaPublicKey): Uint8Array | undefined {
  const cipher = decodeDigits(text)
  if (cipher === undefined) return undefined
  const plain = BigInt.asUintN(bytes * 8, power(cipher % modulus, exponent, modulus))
  return Uint8Array.from(Buffer.from(plain.toString(16).padStart(bytes * 2, '0'), 'hex'))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
