// Rebuilds a compressed stream around a container that was rebuilt itself: bzip2 and xz with 7-Zip, zstd with Node's own.
// Kept: the content, which the caller judges; several streams become one, with the compressor's usual settings. Refused:
// content that is bad as a whole, and data behind the stream.

import { zstdCompressSync } from 'node:zlib'

import { bzip2 } from '../../formats/bzip2/bzip2.ts'
import type { Format } from '../../formats/format.ts'
import { xz } from '../../formats/xz/xz.ts'
import { zstd } from '../../formats/zstd/zstd.ts'
import type { Budget } from '../../limits.ts'
import { compressWith7z, type StreamType } from '../../seven-zip/compress.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { CannotCure, type Editor } from '../editor.ts'

type Compressor = (bytes: Uint8Array, budget: Budget) => Uint8Array

function recompressEditor(format: Format, compress: Compressor): Editor {
  return {
    format,
    edit(object, edit) {
      let rebuilt: Uint8Array | undefined
      for (const member of format.members(object, edit.context)) {
        if (member.name === 'trailing-data') throw new CannotCure('there are data behind the stream')
        const judgement = edit.judge(member)
        member.source.release?.()
        if (judgement.kind === 'remove') throw new CannotCure('its whole content is malicious')
        if (judgement.kind === 'replace') rebuilt = judgement.bytes
      }
      if (rebuilt !== undefined) edit.write(compress(rebuilt, edit.context.budget))
    },
  }
}

function with7z(type: StreamType): Compressor {
  return (bytes, budget) => {
    const packed = compressWith7z(bytesSource(bytes), type, budget)
    if (typeof packed === 'string') throw new CannotCure(`it cannot be compressed anew: ${packed}`)
    return packed
  }
}

export const bzip2Editor = recompressEditor(bzip2, with7z('bzip2'))
export const xzEditor = recompressEditor(xz, with7z('xz'))
export const zstdEditor = recompressEditor(zstd, (bytes) => zstdCompressSync(bytes))
