// /proc/self/mountinfo (proc_pid_mountinfo(5)): which part of which file system is mounted where.

import { readFileSync } from 'node:fs'

export interface Mount {
  readonly id: number
  /** `major:minor` of the file system. */
  readonly device: string
  /** The directory of the file system that is mounted, as bytes in a latin1 string. */
  readonly root: string
  /** Where it is mounted, as bytes in a latin1 string. */
  readonly point: string
  readonly fsType: string
}

/** The mounts of this process's namespace, in the order the kernel lists them (later ones cover earlier ones). */
export function readMounts(): Mount[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'latin1'))
}

export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const [id, , device, root, point] = fields
    if (id === undefined || device === undefined || root === undefined || point === undefined) continue
    const separator = fields.indexOf('-', 6)
    mounts.push({
      id: Number(id),
      device,
      root: unescapeOctal(root),
      point: unescapeOctal(point),
      fsType: fields[separator + 1] ?? '',
    })
  }
  return mounts
}

// Space, tab, newline and backslash stand as \040, \011, \012 and \134.
function unescapeOctal(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
