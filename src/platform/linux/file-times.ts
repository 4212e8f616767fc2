// Access and modification times to the nanosecond: Node's futimes takes seconds as a double and loses the last digits.

import { kernelFault, libc } from './libc.ts'

const futimens = libc.func('int futimens(int fd, const void *times)')

/** Throws AppError `kernel`. */
export function setTimes(fd: number, times: { readonly atimeNs: bigint; readonly mtimeNs: bigint }): void {
  // struct timespec[2] on a 64-bit kernel: seconds and nanoseconds, 8 bytes each.
  const spec = new BigInt64Array([...split(times.atimeNs), ...split(times.mtimeNs)])
  if (futimens(fd, new Uint8Array(spec.buffer)) !== 0) throw kernelFault('futimens', `descriptor ${fd}`)
}

/** Times before 1970 have a negative second and a positive remainder. */
function split(ns: bigint): [bigint, bigint] {
  const billion = 1_000_000_000n
  const remainder = ((ns % billion) + billion) % billion
  return [(ns - remainder) / billion, remainder]
}
