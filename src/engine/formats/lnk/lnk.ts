// Windows shortcuts ([MS-SHLLINK], see parsers/lnk): the command that one runs, as a script, and what lies behind its end.

import { parseLnk } from '../../parsers/lnk/index.ts'
import { bytesSource, maxRead, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import { startsWith } from '../../source/starts-with.ts'
import type { Format } from '../format.ts'
import { commandOf } from './command.ts'

const headerBytes = 0x4c
const flagsAt = 20
const hasArguments = 0x20
const signature = [0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46] as const

export const lnk: Format = {
  id: 'lnk',
  kind: 'archive',

  matches: ({ head }) => head.length >= headerBytes && startsWith(head, signature),

  *members({ source }, context) {
    // Far more than the parts of a shortcut take, which are at most 64 KiB each.
    const bytes = source.read(0, maxRead).slice()
    const shortcut = parseLnk(bytes)
    if (shortcut === undefined) return
    const isCut = ((bytes[flagsAt] ?? 0) & hasArguments) !== 0 && shortcut.strings.arguments === undefined
    if (isCut) {
      context.budget.countMember()
      context.fault('arguments', 'damaged', 'the shortcut is cut off')
    }
    const { text, language } = commandOf(shortcut, bytes)
    if (text !== '') {
      const command = bytesSource(Buffer.from(text))
      yield { name: 'arguments', source: command, ...(language === undefined ? {} : { language }) }
    }
    const { end } = shortcut
    if (end === undefined || end >= source.size) return
    const appended = sliceSource(source, end, source.size - end)
    if (hasContent(appended)) yield { name: 'appended-data', source: appended }
  },
}
