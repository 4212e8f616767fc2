// Puts a .cld together: what freshclam makes of a database and its diffs. The header is the first line of NAME.info, filled
// up with spaces, and a plain tar follows (POSIX 1003.1 ustar).

import { Fault } from '../fault.ts'
import { writeSynced } from '../state/sync.ts'

export const headerBytes = 512
const blockBytes = 512
const endBlocks = 2

/** `files` have names of at most 100 ASCII characters. The same files give the same bytes. Throws Fault. */
export function writeContainer(path: string, name: string, files: ReadonlyMap<string, Uint8Array>): void {
  const info = files.get(`${name}.info`)
  if (info === undefined) throw new Fault(`${name}.info is missing`)
  const [line = ''] = Buffer.from(info.subarray(0, headerBytes)).toString('latin1').split('\n', 1)
  const header = Buffer.from(line.padEnd(headerBytes), 'latin1')
  writeSynced(path, partsOf(header, inOrder(name, files)))
}

/** Readers want the licence, the list and the settings before the rest. */
function inOrder(name: string, files: ReadonlyMap<string, Uint8Array>): [string, Uint8Array][] {
  const first = ['COPYING', `${name}.info`, `${name}.cfg`]
  const rest = [...files.keys()].filter((file) => !first.includes(file)).toSorted()
  return [...first, ...rest].flatMap((file) => {
    const bytes = files.get(file)
    return bytes === undefined ? [] : [[file, bytes] satisfies [string, Uint8Array]]
  })
}

function* partsOf(header: Uint8Array, files: readonly [string, Uint8Array][]): Generator<Uint8Array> {
  yield header
  for (const [name, bytes] of files) {
    yield tarHeader(name, bytes.length)
    yield bytes
    yield Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)
  }
  yield Buffer.alloc(endBlocks * blockBytes)
}

function tarHeader(name: string, size: number): Uint8Array {
  const block = Buffer.alloc(blockBytes)
  block.write(name, 0, 100, 'latin1')
  block.write('0000644\x000000000\x000000000\x00', 100, 'latin1')
  block.write(`${size.toString(8).padStart(11, '0')}\x00`, 124, 'latin1')
  block.write('00000000000\x00', 136, 'latin1')
  // The sum is made with spaces in its own place.
  block.write('        0', 148, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148, 'latin1')
  return block
}
