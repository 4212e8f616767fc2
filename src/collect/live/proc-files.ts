// Reading from /proc in bounded pieces. What has gone meanwhile, or may not be read, is undefined.

import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs'

const pieceBytes = 65_536

/** `cut`: the file goes on behind these bytes. */
export interface Piece {
  readonly bytes: Buffer
  readonly cut: boolean
}

/** At most `maxBytes` of a file of the kernel, which tells no size. */
export function readPiece(path: string, maxBytes: number): Piece | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return undefined
  }
  try {
    const pieces: Buffer[] = []
    let total = 0
    while (total < maxBytes) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, maxBytes - total))
      const length = readSync(fd, piece, 0, piece.length, null)
      if (length === 0) return { bytes: Buffer.concat(pieces), cut: false }
      pieces.push(piece.subarray(0, length))
      total += length
    }
    return { bytes: Buffer.concat(pieces), cut: true }
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

/** The text of a short file, without the last line feed. Bytes that are no UTF-8 become U+FFFD. */
export function readText(path: string, maxBytes = pieceBytes): string | undefined {
  return readPiece(path, maxBytes)?.bytes.toString('utf8').replace(/\n$/, '')
}

/** Where a link of /proc points, as it is told: nothing of the file itself is touched. */
export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
