// On which file system something lies, by its device number: from the mounts of every namespace. What may never answer (a network
// file system, one that a program serves) is then left alone.

import { readdirSync } from 'node:fs'

import { readLink, readText } from './proc-files.ts'

/** Served by a program or by another host: a read may wait for ever. */
const remoteTypes =
  /^(?:fuse(?:\.|ctl$|blk$|$)|nfs|cifs|smb|9p|afs|ceph|glusterfs|lustre|gfs2|ocfs2|ncp|coda|beegfs|gpfs|orangefs|virtiofs|vboxsf|autofs|davfs|sshfs)/

const maxMountBytes = 16 * 1024 * 1024
const maxNamespaces = 4096

export interface MountLine {
  readonly id: number
  readonly parent: number
  /** `major:minor`. */
  readonly device: string
  readonly root: string
  readonly point: string
  readonly options: string
  readonly propagation: string
  readonly fsType: string
  readonly source: string
  readonly superOptions: string
}

export interface NamespaceMounts {
  /** Inode of the mount namespace. */
  readonly namespace: number
  /** A process in it, of the lowest number. */
  readonly pid: number
  readonly mounts: readonly MountLine[]
  readonly cut: boolean
}

/** Every mount namespace that a process is in, once. `proc` is where procfs is mounted. */
export function* namespaceMounts(proc: string): Generator<NamespaceMounts> {
  const seen = new Set<number>()
  for (const pid of pidsIn(proc)) {
    if (seen.size >= maxNamespaces) return
    const namespace = namespaceOf(`${proc}/${pid}/ns/mnt`)
    if (namespace === undefined || seen.has(namespace)) continue
    const text = readText(`${proc}/${pid}/mountinfo`, maxMountBytes)
    if (text === undefined) continue
    seen.add(namespace)
    yield { namespace, pid, mounts: mountLines(text), cut: text.length >= maxMountBytes - 1 }
  }
}

/** Numbers of the processes that a listing shows, in order. */
export function pidsIn(proc: string): number[] {
  const pids: number[] = []
  for (const name of readdirSync(proc)) if (/^\d{1,10}$/.test(name)) pids.push(Number(name))
  return pids.toSorted((one, other) => one - other)
}

/** The number in `net:[4026531833]`. */
export function namespaceOf(path: string): number | undefined {
  const number = /^\w+:\[(\d{1,15})\]$/.exec(readLink(path) ?? '')?.[1]
  return number === undefined ? undefined : Number(number)
}

/** The lines of a mountinfo file (proc_pid_mountinfo(5)). */
export function mountLines(text: string): MountLine[] {
  const mounts: MountLine[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const separator = fields.indexOf('-', 6)
    const [id, parent, device, root, point, options] = fields
    if (separator < 0 || options === undefined) continue
    mounts.push({
      id: Number(id),
      parent: Number(parent),
      device: device ?? '',
      root: unescapeOctal(root ?? ''),
      point: unescapeOctal(point ?? ''),
      options,
      propagation: fields.slice(6, separator).join(' '),
      fsType: fields[separator + 1] ?? '',
      source: unescapeOctal(fields[separator + 2] ?? ''),
      superOptions: fields[separator + 3] ?? '',
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

export class MountTable {
  readonly #types = new Map<string, string>()

  constructor(proc: string) {
    for (const { mounts } of namespaceMounts(proc))
      for (const { device, fsType } of mounts) this.#types.set(device, fsType)
  }

  /** Undefined when no namespace has it mounted. */
  typeOf(device: string): string | undefined {
    return this.#types.get(device)
  }

  /** Why what lies on the device is not to be read; empty when it may be. `device` as in mountinfo. */
  refusal(device: string, path: string): string {
    // Files of the kernel's own memory: memfd, System V and anonymous shared memory.
    if (/^\/(?:memfd:|SYSV|dev\/zero)/.test(path) && device.startsWith('0:')) return ''
    const type = this.#types.get(device)
    if (type !== undefined) return isRemote(type) ? `it lies on ${type}, which may not answer` : ''
    // A disk answers; what has no device and is mounted nowhere cannot be told from one that a program serves.
    return device.startsWith('0:') ? 'it lies on a file system that is mounted nowhere' : ''
  }
}

export function isRemote(fsType: string): boolean {
  return remoteTypes.test(fsType)
}
