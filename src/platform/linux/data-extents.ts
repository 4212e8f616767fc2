// Where a sparse file has data: lseek(2) with SEEK_DATA and SEEK_HOLE, which Node does not offer.

import { errno, kernelFault, libc } from './libc.ts'

const lseek = libc.func('int64 lseek(int fd, int64 offset, int whence)')
const seekData = 3
const seekHole = 4
const noSuchAddress = 6

export interface DataExtent {
  /** In bytes. */
  readonly offset: number
  readonly length: number
}

/**
 * Ranges of an open file with data, ascending; a file system that keeps no holes gives one range. Moves the position of the
 * descriptor. Throws AppError `kernel`.
 */
export function* dataExtents(fd: number): Generator<DataExtent> {
  for (let at = 0; ;) {
    const offset = Number(lseek(fd, at, seekData))
    if (offset < 0) {
      if (errno() === noSuchAddress) return
      throw kernelFault('lseek', `descriptor ${fd}`)
    }
    const end = Number(lseek(fd, offset, seekHole))
    if (end < 0) throw kernelFault('lseek', `descriptor ${fd}`)
    if (end <= offset) return
    yield { offset, length: end - offset }
    at = end
  }
}
