// Outlook messages ([MS-OXMSG]): attachments under their own names, the text in each of its forms. Embedded messages are
// storages of the same file, so their parts are found with the others.

import { type Cfb, type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { isAttachmentData, isMessage } from '../../parsers/msg/index.ts'
import { compressedRtfDecoder } from '../../parsers/tnef/index.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { propertyText } from './property.ts'

/** Streams with the text of a message, by property and type, and what they are to be called. */
const bodies: Readonly<Record<string, string>> = {
  '1000001f': 'body.txt',
  '1000001e': 'body.txt',
  '10130102': 'body.html',
  '1013001f': 'body.html',
  '1013001e': 'body.html',
}
const compressedRtf = '10090102'
const streamName = /^__substg1\.0_([0-9a-f]{8})$/i

export const msg: Format = {
  id: 'msg',
  kind: 'archive',

  matches({ head, source }) {
    const cfb = isCfb(head) ? readCfb(source) : undefined
    return cfb !== undefined && isMessage(cfb)
  },

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    if (cfb === undefined) return
    const names = attachmentNames(cfb)
    for (const entry of cfb.entries) {
      if (entry.kind !== 'stream') continue
      if (isAttachmentData(entry)) {
        const folder = folderOf(entry.path)
        yield { name: names.get(folder) ?? folder, source: entry.source }
      } else yield* bodyMember(entry, context)
    }
  },
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** Of attachments, by their storage: the long name, else the short one, else the display name. */
function attachmentNames(cfb: Cfb): Map<string, string> {
  const names = new Map<string, string>()
  for (const property of ['3001', '3704', '3707']) {
    for (const entry of cfb.entries) {
      if (entry.kind !== 'stream' || !entry.path.includes('__attach_version1.0_')) continue
      const name = propertyText(entry, property)
      if (name !== undefined && name !== '') names.set(folderOf(entry.path), name)
    }
  }
  return names
}

function* bodyMember({ path, name, source }: CfbEntry, context: UnpackContext): Generator<Member> {
  const property = streamName.exec(name)?.[1]?.toLowerCase() ?? ''
  const slash = path.lastIndexOf('/')
  const prefix = slash < 0 ? '' : `${path.slice(0, slash)}/`
  const body = bodies[property]
  if (body !== undefined) yield { name: `${prefix}${body}`, source }
  else if (property === compressedRtf) {
    const decoder = compressedRtfDecoder(source)
    if (decoder === undefined) return
    const open = (): Decoder => compressedRtfDecoder(source) ?? decoder
    yield { name: `${prefix}body.rtf`, source: new DecodedSource(open, context.budget, source.size * 3) }
  }
}
