// The module `hash`: digests and checksums of a part of the object or of a text. As in YARA-X, a range that does not
// lie inside the object altogether has no digest, while an empty one does.

import { createHash, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import type { FunctionType, Module, ModuleContext, Overload } from '../module.ts'
import { createMemory } from './memory.ts'

type Digest = (bytes: Uint8Array, context: ModuleContext) => string | number

/** Digested between two looks at the clock. */
const chunkBytes = 256 * 1024

const digests = {
  md5: cryptographic('md5'),
  sha1: cryptographic('sha1'),
  sha256: cryptographic('sha256'),
  crc32: (bytes, context) => {
    let sum = 0
    for (const chunk of chunksOf(bytes, context)) sum = crc32(chunk, sum)
    return sum
  },
  /** The sum of all bytes, modulo 2^32. */
  checksum32: (bytes, context) => {
    let sum = 0
    for (const chunk of chunksOf(bytes, context)) {
      let part = 0
      for (let index = 0; index < chunk.length; index++) part += chunk[index]!
      sum = (sum + part) >>> 0
    }
    return sum
  },
} as const satisfies Readonly<Record<string, Digest>>

function cryptographic(algorithm: 'md5' | 'sha1' | 'sha256'): Digest {
  return (bytes, context) => {
    if (bytes.length <= chunkBytes) return hash(algorithm, bytes, 'hex')
    const running = createHash(algorithm)
    for (const chunk of chunksOf(bytes, context)) running.update(chunk)
    return running.digest('hex')
  }
}

function* chunksOf(bytes: Uint8Array, { budget }: ModuleContext): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    budget.checkTime()
    yield bytes.subarray(start, start + chunkBytes)
  }
}

const remember = createMemory<string | number>()

function functionOf(name: keyof typeof digests, returns: 'text' | 'int'): FunctionType {
  const digest: Digest = digests[name]
  const ofRange: Overload = {
    args: ['int', 'int'],
    returns,
    call(_self, [offset, size], context) {
      const { bytes } = context
      if (typeof offset !== 'number' || typeof size !== 'number') return undefined
      if (offset < 0 || size < 0 || offset + size > bytes.length) return undefined
      return remember(context, `${name} ${offset} ${size}`, () =>
        digest(bytes.subarray(offset, offset + size), context),
      )
    },
  }
  const ofText: Overload = {
    args: ['text'],
    returns,
    call: (_self, [text], context) => digest(Buffer.from(text as string, 'latin1'), context),
  }
  return { kind: 'function', overloads: [ofRange, ofText] }
}

export const hashModule: Module = {
  name: 'hash',
  type: {
    kind: 'struct',
    fields: {
      md5: functionOf('md5', 'text'),
      sha1: functionOf('sha1', 'text'),
      sha256: functionOf('sha256', 'text'),
      crc32: functionOf('crc32', 'int'),
      checksum32: functionOf('checksum32', 'int'),
    },
  },
  open: () => ({}),
}
