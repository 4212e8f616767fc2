// Where a module's source begins when nothing says so: the last compressed container of its stream whose text is text.

import { decompressVba } from './decompress.ts'

/** The first bytes of every module that an editor has saved: `Attribut`, in a container whose first token flags are 0. */
const attribute = Buffer.from('\0Attribut', 'latin1')
/** A container's mark and a chunk's header stand in front of the flags. */
const marksBytes = 3
const probeBytes = 4096
/** What is shorter may be chance. */
const shortestSource = 16
/** Places that look like a container and are unpacked on trial. */
const maxTrials = 2000

/** The offset of the container, or -1. */
export function findSource(stream: Uint8Array): number {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length)
  let trials = 0
  for (let at = bytes.lastIndexOf(attribute); at >= marksBytes; at = bytes.lastIndexOf(attribute, at - 1)) {
    if (isSource(stream, at - marksBytes)) return at - marksBytes
    if (++trials > maxTrials) break
  }
  let found = -1
  trials = 0
  for (let at = bytes.indexOf(1); at >= 0 && trials < maxTrials; at = bytes.indexOf(1, at + 1)) {
    if ((bytes[at + 2]! & 0xf0) !== 0xb0) continue
    trials++
    if (isSource(stream, at)) found = at
  }
  return found
}

function isSource(stream: Uint8Array, at: number): boolean {
  const probe = decompressVba(stream, at, probeBytes)
  if (probe === undefined || probe.bytes.length < shortestSource) return false
  return probe.bytes.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
}
