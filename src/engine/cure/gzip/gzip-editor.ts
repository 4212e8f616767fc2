// Rebuilds a gzip file around a container that was rebuilt itself: the header (name, time, comment) stays, the content
// is compressed anew. A file that is malicious as a whole cannot be taken out of it.

import { crc32, deflateRawSync } from 'node:zlib'

import { gzip } from '../../formats/gzip/gzip.ts'
import { readGzipHeader } from '../../formats/gzip/header.ts'
import { CannotCure, type Editor } from '../editor.ts'

const longestHeader = 128 * 1024

export const gzipEditor: Editor = {
  format: gzip,

  edit(object, edit) {
    const header = readGzipHeader(object.source, 0)
    if (header === undefined || header.dataStart > longestHeader)
      throw new CannotCure('the gzip header is damaged')
    let bytes: Uint8Array | undefined
    for (const member of gzip.members(object, edit.context)) {
      const judgement = edit.judge(member)
      const isTrailer = member.name === 'trailing-data'
      member.source.release?.()
      if (judgement.kind === 'replace' && !isTrailer) bytes = judgement.bytes
      else if (judgement.kind !== 'keep' || isTrailer) {
        throw new CannotCure(
          isTrailer ? 'there are data behind the gzip stream' : 'its whole content is malicious',
        )
      }
    }
    if (bytes === undefined) throw new CannotCure('nothing in it could be rebuilt')
    const end = Buffer.alloc(8)
    end.writeUInt32LE(crc32(bytes), 0)
    end.writeUInt32LE(bytes.length, 4)
    edit.write(object.source.read(0, header.dataStart))
    edit.write(deflateRawSync(bytes))
    edit.write(end)
  },
}
