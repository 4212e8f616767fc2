// Accounts and groups of the examined host, by its own files: names for the numbers that files carry.

import type { Host } from './host.ts'

const maxLines = 200_000

export interface PasswdLine {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** What stands where the hash once stood; a hash there is of a password that everybody can read. */
  readonly password: 'shadowed' | 'empty' | 'locked' | 'hash'
}

/** Lines that are none (comments, NIS) are left out. */
export function readPasswd(host: Host, path = '/etc/passwd'): PasswdLine[] {
  return linesOf(host, path).flatMap((fields) => {
    const [name = '', password = '', uid = '', gid = '', comment = '', home = '', shell = ''] = fields
    if (name === '' || !isNumber(uid) || !isNumber(gid)) return []
    return [
      { name, uid: Number(uid), gid: Number(gid), comment, home, shell, password: passwordState(password) },
    ]
  })
}

export interface GroupLine {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export function readGroup(host: Host, path = '/etc/group'): GroupLine[] {
  return linesOf(host, path).flatMap(([name = '', , gid = '', members = '']) =>
    name === '' || !isNumber(gid)
      ? []
      : [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }],
  )
}

function linesOf(host: Host, path: string): string[][] {
  const text = host.text(path) ?? ''
  return text.split('\n', maxLines).map((line) => line.split(':', 8))
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

function passwordState(field: string): PasswdLine['password'] {
  if (field === 'x') return 'shadowed'
  if (field === '') return 'empty'
  return /^[*!]/.test(field) ? 'locked' : 'hash'
}
