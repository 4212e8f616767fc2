// What is encrypted in a document and how (ISO 32000-2, 7.6): the standard security handler of revisions 2 to 6.

import { createHash } from 'node:crypto'

import type { ByteSource } from '../../../source/byte-source.ts'
import type { FilterStep } from '../filters/chain.ts'
import { isArray, type PdfDictionary, type PdfValue } from '../value.ts'
import { AesDecoder, decryptAes, rc4, Rc4Decoder } from './decoders.ts'
import { fileKeyOf, type KeyFacts } from './file-key.ts'

type Method = 'none' | 'rc4' | 'aes-128' | 'aes-256'

export interface Security {
  /** Undefined: no password fits, or the handler is not the standard one. */
  readonly key: Uint8Array | undefined
  /** By name of the crypt filter; `StmF`, `StrF` and `EFF` stand for the document's own choices. */
  method(filter: string): Method
  readonly encryptsMetadata: boolean
}

/** The indirect object that a string or stream belongs to. */
export interface Owner {
  readonly number: number
  readonly generation: number
}

type Resolve = (value: PdfValue | undefined) => PdfValue

/** `encrypt`: the encryption dictionary; `id`: the trailer's ID. */
export function securityOf(
  encrypt: PdfDictionary,
  id: PdfValue,
  passwords: readonly string[],
  resolve: Resolve,
): Security {
  const number = (key: string, otherwise: number): number => {
    const value = resolve(encrypt.get(key))
    return typeof value === 'number' ? value : otherwise
  }
  const bytes = (key: string): Uint8Array => {
    const value = resolve(encrypt.get(key))
    return value instanceof Uint8Array ? value : new Uint8Array(0)
  }
  const version = number('V', 0)
  const encryptsMetadata = resolve(encrypt.get('EncryptMetadata')) !== false
  const firstId = isArray(id) ? resolve(id[0]) : null
  const facts: KeyFacts = {
    revision: number('R', 2),
    keyBytes: keyBytesOf(version, number('Length', 40)),
    owner: bytes('O'),
    user: bytes('U'),
    ownerKey: bytes('OE'),
    userKey: bytes('UE'),
    permissions: number('P', 0),
    fileId: firstId instanceof Uint8Array ? firstId : new Uint8Array(0),
    encryptsMetadata,
  }
  const isStandard = resolve(encrypt.get('Filter')) === 'Standard' && version >= 1 && version <= 5
  return {
    key: isStandard ? firstKey(facts, passwords) : undefined,
    method: (filter) => (version < 4 ? 'rc4' : methodOf(encrypt, filter, resolve)),
    encryptsMetadata,
  }
}

function keyBytesOf(version: number, length: number): number {
  if (version <= 1) return 5
  if (version >= 4) return 16
  const bytes = Math.floor(length / 8)
  return bytes >= 5 && bytes <= 16 ? bytes : 5
}

/** The empty password opens what only restricts printing and the like. */
function firstKey(facts: KeyFacts, passwords: readonly string[]): Uint8Array | undefined {
  for (const password of ['', ...passwords]) {
    const key = fileKeyOf(facts, password)
    if (key !== undefined) return key
  }
  return undefined
}

function methodOf(encrypt: PdfDictionary, filter: string, resolve: Resolve): Method {
  const name = ['StmF', 'StrF', 'EFF'].includes(filter) ? chosen(encrypt, filter, resolve) : filter
  const filters = resolve(encrypt.get('CF'))
  const entry = filters instanceof Map ? resolve(filters.get(name)) : null
  const method = entry instanceof Map ? resolve(entry.get('CFM')) : null
  switch (method) {
    case 'V2':
      return 'rc4'
    case 'AESV2':
      return 'aes-128'
    case 'AESV3':
      return 'aes-256'
    default:
      return 'none'
  }
}

function chosen(encrypt: PdfDictionary, key: string, resolve: Resolve): string {
  const value = resolve(encrypt.get(key))
  if (typeof value === 'string') return value
  return key === 'EFF' ? chosen(encrypt, 'StmF', resolve) : 'Identity'
}

/** Algorithm 1; AES with 256 bits uses the file's key itself. */
function objectKey(key: Uint8Array, method: Method, { number, generation }: Owner): Uint8Array {
  if (method === 'aes-256') return key
  const tail = Uint8Array.of(number, number >> 8, number >> 16, generation, generation >> 8)
  const hash = createHash('md5').update(key).update(tail)
  if (method === 'aes-128') hash.update('sAlT')
  return hash.digest().subarray(0, Math.min(16, key.length + 5))
}

/** The step that decrypts a stream; undefined: it is not encrypted. */
export function decryptionStep(key: Uint8Array, method: Method, owner: Owner): FilterStep | undefined {
  if (method === 'none') return undefined
  const own = fitting(objectKey(key, method, owner), method)
  return {
    open: (input: ByteSource) => (method === 'rc4' ? new Rc4Decoder(input, own) : new AesDecoder(input, own)),
  }
}

export function decryptString(security: Security, bytes: Uint8Array, owner: Owner): Uint8Array {
  const method = security.method('StrF')
  if (security.key === undefined || method === 'none') return bytes
  const own = fitting(objectKey(security.key, method, owner), method)
  return method === 'rc4' ? rc4(own, bytes) : decryptAes(own, bytes)
}

/** A document may say AES-128 of a key that has another length: such data cannot be right, but must not throw. */
function fitting(key: Uint8Array, method: Method): Uint8Array {
  if (method === 'rc4') return key
  const fit = new Uint8Array(method === 'aes-128' ? 16 : 32)
  fit.set(key.subarray(0, fit.length))
  return fit
}
