// Microsoft's compress.exe: SZDD, its QBasic variant, and KWAJ (libmspack's "SZDD" and "KWAJ" format descriptions).

import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format } from '../format.ts'
import { type Header, parseHeader } from './header.ts'
import { Lzss } from './lzss.ts'
import { MsZip } from './mszip.ts'
import { Plain } from './plain.ts'

export const mslz: Format = {
  id: 'mslz',
  kind: 'stream',
  matches: ({ head }) => parseHeader(head) !== undefined,

  *members({ source, head, chain }, context) {
    const header = parseHeader(head)
    if (header === undefined) return
    const name = nameInside(header, chain.at(-1) ?? '')
    if (header.method === 'lzh') {
      context.budget.countMember()
      context.fault(name, 'unsupported-method', 'KWAJ method 3 (LZ and Huffman) cannot be decoded')
      return
    }
    const input = timedSource(source, context.budget)
    const tell = once((message) => context.fault(name, 'damaged', message))
    const open = (): Decoder => new Measured(decoderOf(input, header, tell), header.size, tell)
    yield { name, source: new DecodedSource(open, context.budget, header.size) }
  },
}

function decoderOf(source: ByteSource, header: Header, tell: (message: string) => void): Decoder {
  if (header.method === 'mszip') return new MsZip(source, header.dataAt, tell)
  if (header.method === 'lzss') return new Lzss(source, header.dataAt, header.windowAt)
  return new Plain(source, header.dataAt, header.method === 'inverted' ? 0xff : 0)
}

/** KWAJ keeps the name; SZDD the last letter, which the outer name has lost. */
function nameInside({ name, lastLetter }: Header, outer: string): string {
  if (name !== '') return name
  return outer.endsWith('_') && lastLetter !== '' ? outer.slice(0, -1) + lastLetter : 'decoded'
}

/** A stream that is decoded again tells the same things again. */
function once(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message)) return
    told.add(message)
    tell(message)
  }
}

/** Says when there are fewer bytes than the header claims. More are read all the same: expand.exe does so, too. */
class Measured implements Decoder {
  readonly #decoder: Decoder
  readonly #size: number
  readonly #tell: (message: string) => void
  #count = 0

  constructor(decoder: Decoder, size: number, tell: (message: string) => void) {
    this.#decoder = decoder
    this.#size = size
    this.#tell = tell
  }

  get consumed(): number {
    return this.#decoder.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#decoder.read(out)
    this.#count += count
    if (count === 0 && this.#count < this.#size) this.#tell('the end is missing')
    return count
  }
}
