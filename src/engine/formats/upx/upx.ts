// Programs packed by UPX (upx.github.io): PE and ELF. The one object inside is the program as it was before.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { elfLayoutOf } from '../../parsers/elf/index.ts'
import { peLayoutOf } from '../../parsers/pe/index.ts'
import {
  recognizeElf,
  recognizePe,
  type UnpackedImage,
  unpackElf,
  unpackPe,
} from '../../parsers/upx/index.ts'
import type { Budget } from '../../limits.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format } from '../format.ts'

const dosMagic = 0x5a4d
const elfMagic = 0x464c457f
const name = 'unpacked'

export const upx: Format = {
  id: 'upx',
  kind: 'archive',
  matches: (object) => isPacked(object),

  *members({ source }, context) {
    const { budget } = context
    const image = unpack(source, budget)
    if (image === undefined) return
    if (image.fault !== undefined) {
      context.fault(name, image.isUnsupported ? 'unsupported-method' : 'damaged', image.fault)
    }
    if (image.bytes.length > 0) yield { name, source: new ProducedSource(() => image.bytes, budget) }
  },
}

function isPacked({ head, source }: ScanObject): boolean {
  if (u16(head, 0) === dosMagic) {
    const layout = peLayoutOf(source)
    return layout !== undefined && recognizePe(source, layout) !== undefined
  }
  if (u32(head, 0) !== elfMagic) return false
  const layout = elfLayoutOf(source)
  return layout !== undefined && recognizeElf(source, layout) !== undefined
}

function unpack(source: ByteSource, budget: Budget): UnpackedImage | undefined {
  const pe = peLayoutOf(source)
  if (pe !== undefined) {
    const packed = recognizePe(source, pe)
    return packed && unpackPe(source, pe, packed, budget)
  }
  const elf = elfLayoutOf(source)
  const start = elf && recognizeElf(source, elf)
  return elf === undefined || start === undefined ? undefined : unpackElf(source, elf, start, budget)
}
