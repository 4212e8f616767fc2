// DEX, the programs of Android, and the DEX inside the older optimised form (.odex). The code itself is for detectors
// that look at the whole file; its strings are told as text, what is appended as an object.

import { u32 } from '../../codecs/little-endian.ts'
import { sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format } from '../format.ts'
import { stringsText } from './strings.ts'

const dexMagic = 0x0a786564
const odexMagic = 0x0a796564
const headerBytes = 0x70
const odexHeaderBytes = 40
const fileSizeAt = 0x20
const headerSizeAt = 0x24
const stringCountAt = 0x38
const stringStartAt = 0x3c
const idBytes = 4
const stringsName = 'strings'

export const dex: Format = {
  id: 'dex',
  kind: 'archive',

  matches({ head }) {
    const first = u32(head, 0)
    return (first === dexMagic || first === odexMagic) && hasVersion(head)
  },

  *members({ head, source: parent }, context) {
    const source = timedSource(parent, context.budget)
    if (u32(head, 0) === odexMagic) {
      const start = u32(head, 8)
      if (start >= odexHeaderBytes && start < source.size) {
        yield {
          name: 'classes.dex',
          source: sliceSource(source, start, Math.min(u32(head, 12), source.size - start)),
        }
      } else context.fault('classes.dex', 'damaged', 'the DEX file inside is missing')
      return
    }
    const table = { count: u32(head, stringCountAt), start: u32(head, stringStartAt) }
    const size = source.size
    const isWhole = head.length >= headerBytes && table.start + table.count * idBytes <= size
    if (!isWhole || u32(head, fileSizeAt) > size) context.fault(stringsName, 'damaged', 'the file is cut off')
    yield {
      name: stringsName,
      source: new ProducedSource(() => stringsText(source, table, context.budget), context.budget),
    }
    const end = Math.max(u32(head, fileSizeAt), headerBytes)
    const rest = sliceSource(source, end, Math.max(0, size - end))
    if (hasContent(rest)) yield { name: 'trailing-data', source: rest }
  },
}

/** Three digits and a zero; a header of the size that all versions have, or of the newest (041). */
function hasVersion(head: Uint8Array): boolean {
  const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39
  if (!isDigit(head[4]) || !isDigit(head[5]) || !isDigit(head[6]) || head[7] !== 0) return false
  return u32(head, 0) === odexMagic || u32(head, headerSizeAt) >= headerBytes
}
