// What can be chosen about the files sensor.

export interface FilesOptions {
  /** `interesting`: as the tables of places say. `everything`: every change of every file. */
  readonly tell: 'interesting' | 'everything'
  /** Globs of paths that are left out, below the root: what we write ourselves. */
  readonly exclude: readonly string[]
  /** A limited queue costs no more kernel memory than 16,384 events; when it is full events are lost. */
  readonly queue: 'unlimited' | 'limited'
  /** `linux-5.9`: uses no more than that kernel has, which tells a rename as a removal and an arrival. */
  readonly kernel: 'as-found' | 'linux-5.9'
  /** Long scans rest for this time after each 5 ms of work. */
  readonly scanPauseMs: number
  /** How long after its last change the package database is read again: managers write it at the end of each package. */
  readonly packagesSettleMs: number
}

export const defaultFilesOptions: FilesOptions = {
  tell: 'interesting',
  exclude: ['/var/lib/haechi', '/run/haechi'],
  queue: 'unlimited',
  kernel: 'as-found',
  scanPauseMs: 45,
  packagesSettleMs: 5000,
}
