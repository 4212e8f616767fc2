// Compound files: every stream is a member under its path, so that what no other format knows is still looked at.

import { type Cfb, type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { isAttachmentData, isMessage } from '../../parsers/msg/index.ts'
import { readOleNative } from '../../parsers/ole-native/index.ts'
import { sliceSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { decodeMsiName } from './msi-name.ts'

const nativeStream = '\u0001ole10native'

export const ole: Format = {
  id: 'ole',
  kind: 'archive',

  matches: ({ head }) => isCfb(head),

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    if (cfb === undefined) {
      if (isCfb(source.read(0, 8))) context.fault('(directory)', 'damaged', 'the directory cannot be read')
      return
    }
    for (const fault of cfb.faults) context.fault('(compound file)', 'damaged', fault)
    yield* streamsOf(cfb, context)
    const slack = cfb.slack(context.budget)
    if (slack !== undefined) yield { name: 'unused-sectors', source: slack }
  },
}

function* streamsOf(cfb: Cfb, context: UnpackContext): Generator<Member> {
  const isMail = isMessage(cfb)
  for (const entry of cfb.entries) {
    if (entry.kind !== 'stream' || entry.size === 0) {
      context.budget.countMember()
      continue
    }
    const name = displayPath(entry.path)
    if (entry.isCut) context.fault(name, 'damaged', 'the stream is shorter than the directory says')
    // The message's own format yields these with the attachment's name.
    if (isMail && isAttachmentData(entry)) continue
    yield { name, source: entry.source }
    if (entry.name.toLowerCase() === nativeStream) yield nativeMember(name, entry)
  }
}

/** The file that a package wraps; of any other object, its data without the length in front. */
function nativeMember(name: string, { source }: CfbEntry): Member {
  const file = readOleNative(source)
  if (file === undefined)
    return { name: `${name}/data`, source: sliceSource(source, 4, Math.max(0, source.size - 4)) }
  return { name: `${name}/${file.name || 'file'}`, source: sliceSource(source, file.start, file.length) }
}

function displayPath(path: string): string {
  return path.split('/').map(decodeMsiName).join('/')
}
