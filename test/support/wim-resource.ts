// Content compressed by wimlib (package wimtools) as Windows' overlay has it: the resource of a file in an image file is the same table and
// chunks.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type OverlayAlgorithm = 'xpress4k' | 'lzx' | 'xpress8k' | 'xpress16k'

const options: Readonly<Record<OverlayAlgorithm, readonly string[]>> = {
  xpress4k: ['--compress=XPRESS', '--chunk-size=4K'],
  lzx: ['--compress=LZX', '--chunk-size=32K'],
  xpress8k: ['--compress=XPRESS', '--chunk-size=8K'],
  xpress16k: ['--compress=XPRESS', '--chunk-size=16K'],
}
const headerBytes = 208
const entryBytes = 50
const isMetadata = 2

export function wimResource(content: Uint8Array, algorithm: OverlayAlgorithm): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-wim-'))
  try {
    const image = join(folder, 'image.wim')
    mkdirSync(join(folder, 'files'))
    writeFileSync(join(folder, 'files', 'content'), content)
    execFileSync('wimcapture', [join(folder, 'files'), image, ...options[algorithm]], { stdio: 'ignore' })
    return resourceIn(readFileSync(image), content.length)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function resourceIn(image: Buffer, size: number): Buffer {
  const table = Number(image.readBigUInt64LE(48 + 8))
  const end = table + image.readUIntLE(48, 6)
  for (let at = Math.max(table, headerBytes); at < end; at += entryBytes) {
    const isContent =
      ((image[at + 7] ?? 0) & isMetadata) === 0 && Number(image.readBigUInt64LE(at + 16)) === size
    const start = Number(image.readBigUInt64LE(at + 8))
    if (isContent) return image.subarray(start, start + image.readUIntLE(at, 6))
  }
  throw new Error('the image does not have the content')
}
