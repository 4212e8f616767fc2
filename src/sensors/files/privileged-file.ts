// A file that gives privileges to whoever runs it: what is remembered of it, and how two looks at it differ.

import type { Stats } from 'node:fs'

import { digestOf, type Privileges } from './look.ts'

export const privilegeNames = ['setuid', 'setgid', 'capability'] as const
export type PrivilegeName = (typeof privilegeNames)[number]

/** What is remembered of one; plain data, it is the durable state too. */
export interface PrivilegedFile extends Privileges {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly ctimeMs: number
  readonly inode: number
  /** Empty for files larger than 4 MiB. */
  readonly sha256: string
  /** As it is now, it was told of as an alert: not again. */
  readonly isTold?: boolean
}

export function describe(path: string, stat: Stats, privileges: Privileges): PrivilegedFile {
  return {
    ...privileges,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    ctimeMs: stat.ctimeMs,
    inode: stat.ino,
    sha256: digestOf(path, 'sha256'),
  }
}

export function gives(file: PrivilegedFile | undefined, name: PrivilegeName): boolean {
  if (file === undefined) return false
  return name === 'capability' ? file.capabilities !== '' : file[name]
}

export function mainPrivilege(file: PrivilegedFile): PrivilegeName {
  return privilegeNames.find((name) => gives(file, name)) ?? 'setuid'
}

export function named(file: PrivilegedFile): string {
  const names = [
    ...(file.setuid ? [`set-uid (user ${file.uid})`] : []),
    ...(file.setgid ? [`set-gid (group ${file.gid})`] : []),
    ...(file.capabilities === '' ? [] : [`privileged by ${file.capabilities}`]),
  ]
  return names.join(' and ')
}

export function differences(before: PrivilegedFile, after: PrivilegedFile): string[] {
  const isOther =
    before.sha256 === '' || after.sha256 === ''
      ? before.size !== after.size || before.inode !== after.inode
      : before.sha256 !== after.sha256
  return [
    ...(isOther ? ['its content'] : []),
    ...(before.uid === after.uid ? [] : [`its owner (${before.uid} → ${after.uid})`]),
    ...(before.gid === after.gid ? [] : [`its group (${before.gid} → ${after.gid})`]),
    ...(before.capabilities === after.capabilities || before.capabilities === '' || after.capabilities === ''
      ? []
      : [`its capabilities (${before.capabilities} → ${after.capabilities})`]),
  ]
}
