// One packed block: its method and filter undone.

import { inflateRawSync } from 'node:zlib'

import { decodeNrv, type NrvCode } from '../../codecs/nrv.ts'
import { Lzma } from '../../codecs/lzma.ts'
import type { Budget } from '../../limits.ts'
import { bytesSource } from '../../source/byte-source.ts'

/** Numbers of UPX's headers. */
const methodLzma = 14
const methodDeflate = 15
const stepBytes = 128 * 1024

const nrvMethods: Readonly<Record<number, { readonly code: NrvCode; readonly unitBytes: 1 | 2 | 4 }>> = {
  2: { code: 'nrv2b', unitBytes: 4 },
  3: { code: 'nrv2b', unitBytes: 1 },
  4: { code: 'nrv2b', unitBytes: 2 },
  5: { code: 'nrv2d', unitBytes: 4 },
  6: { code: 'nrv2d', unitBytes: 1 },
  7: { code: 'nrv2d', unitBytes: 2 },
  8: { code: 'nrv2e', unitBytes: 4 },
  9: { code: 'nrv2e', unitBytes: 1 },
  10: { code: 'nrv2e', unitBytes: 2 },
}

/** Methods that are tried where a header does not tell, most frequent first. */
export const triedMethods = [8, methodLzma, 2, 5, 9, 3, 6] as const

export function isKnownMethod(method: number): boolean {
  return nrvMethods[method] !== undefined || method === methodLzma || method === methodDeflate
}

export interface Unpacked {
  readonly bytes: Uint8Array
  readonly fault: string | undefined
}

/** What `packed` unpacks to; `maxBytes` bounds it. Decoding is charged to the budget. */
export function unpackBlock(packed: Uint8Array, method: number, maxBytes: number, budget: Budget): Unpacked {
  const nrv = nrvMethods[method]
  if (nrv === undefined) {
    return method === methodDeflate
      ? unpackDeflate(packed, maxBytes, budget)
      : unpackLzma(packed, maxBytes, budget)
  }
  let charged = 0
  const progress = (decoded: number, used: number): void => {
    budget.charge(decoded - charged)
    charged = decoded
    budget.checkRatio(decoded, used)
  }
  const result = decodeNrv(packed, { ...nrv, maxBytes, progress })
  budget.charge(result.bytes.length - charged)
  return result
}

/** The first two bytes: literal bits of both kinds and position bits, then each kind of the literal bits. */
function unpackLzma(packed: Uint8Array, maxBytes: number, budget: Budget): Unpacked {
  const [first = 0, second = 0] = packed
  const props = { lc: second & 15, lp: second >> 4, pb: first & 7 }
  const isHeader = props.lc <= 8 && props.lp <= 4 && props.pb <= 4 && first >> 3 === props.lc + props.lp
  if (!isHeader) return { bytes: packed.subarray(0, 0), fault: 'the LZMA header is wrong' }
  const options = { ...props, dictSize: maxBytes, unpackedSize: maxBytes }
  const decoder = new Lzma(bytesSource(packed), 2, packed.length, options)
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const part = new Uint8Array(stepBytes)
    const count = decoder.read(part)
    if (count === 0) break
    parts.push(part.subarray(0, count))
    length += count
    budget.charge(count)
    budget.checkRatio(length, decoder.consumed)
  }
  return { bytes: Buffer.concat(parts, length), fault: decoder.fault }
}

function unpackDeflate(packed: Uint8Array, maxBytes: number, budget: Budget): Unpacked {
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) })
    budget.charge(bytes.length)
    return { bytes, fault: undefined }
  } catch {
    return { bytes: packed.subarray(0, 0), fault: 'the deflate data are damaged' }
  }
}
