// What is out of the ordinary about a file, by what the file system says of it. Most are harmless where they are; intruders need
// one of them sooner or later (MITRE ATT&CK T1548.001 set-uid, T1564.001 hidden, T1222.002 permissions, T1036 names).

import { isUtf8 } from 'node:buffer'

import type { FileCapabilities } from '../../platform/linux/file-capabilities.ts'
import { type FileStatus, FileType } from '../../platform/linux/file-status.ts'
import { textOf } from './byte-path.ts'
import { Tag } from './folder-tags.ts'

const reasons = [
  'setuid',
  'setgid',
  'capabilities',
  'immutable',
  'append-only',
  'world-writable',
  'world-writable-folder',
  'no-owner',
  'no-group',
  'hidden',
  'odd-name',
  'device-elsewhere',
  'file-among-devices',
  'program-in-temporary',
  'program-hidden',
  'covered-by-mount',
] as const
export type Reason = (typeof reasons)[number]

export interface Look {
  /** Bytes in a latin1 string. */
  readonly name: string
  readonly status: FileStatus
  readonly tag: number
  readonly isCovered: boolean
  readonly capabilities: FileCapabilities | undefined
}

/** Numbers of accounts and groups that have a name; empty when nobody can say. */
export interface KnownOwners {
  readonly users: ReadonlySet<number>
  readonly groups: ReadonlySet<number>
}

const sticky = 0o1000
const anybodyWrites = 0o002
const anybodyRuns = 0o111
/** Where a hidden name is no habit of the system or of a user. */
const noHiddenNames = Tag.temporary | Tag.devices | Tag.programs | Tag.system | Tag.webRoot

export function reasonsFor(look: Look, known: KnownOwners): Reason[] {
  const found: Reason[] = []
  const { status, tag } = look
  const { type } = status
  if (type === FileType.file) addFileReasons(found, look)
  if (status.isImmutable) found.push('immutable')
  if (status.isAppendOnly) found.push('append-only')
  const isOpen = (status.mode & anybodyWrites) !== 0
  if (isOpen && (type === FileType.file || type === FileType.block)) found.push('world-writable')
  if (isOpen && type === FileType.folder && (status.mode & sticky) === 0) found.push('world-writable-folder')
  // Users of containers have no name on the host.
  if ((tag & Tag.containers) === 0) {
    if (known.users.size > 0 && !known.users.has(status.uid)) found.push('no-owner')
    if (known.groups.size > 0 && !known.groups.has(status.gid)) found.push('no-group')
  }
  if (look.name.startsWith('.') && (tag & noHiddenNames) !== 0 && (tag & Tag.home) === 0) found.push('hidden')
  if (isOdd(look.name)) found.push('odd-name')
  const isDevice = type === FileType.character || type === FileType.block
  // 0:0 marks a file as removed in an overlay.
  if (isDevice && (tag & Tag.devices) === 0 && status.standsFor !== '0:0') found.push('device-elsewhere')
  return found
}

function addFileReasons(found: Reason[], { status, tag, capabilities, isCovered }: Look): void {
  if ((status.mode & 0o4000) !== 0) found.push('setuid')
  if ((status.mode & 0o2000) !== 0) found.push('setgid')
  if (capabilities !== undefined) found.push('capabilities')
  if ((tag & Tag.devices) !== 0 && (tag & Tag.temporary) === 0) found.push('file-among-devices')
  const isProgram = (status.mode & anybodyRuns) !== 0
  if (isProgram && (tag & Tag.temporary) !== 0) found.push('program-in-temporary')
  if (isProgram && (tag & Tag.hidden) !== 0 && (tag & (Tag.home | Tag.containers)) === 0)
    found.push('program-hidden')
  if (isCovered) found.push('covered-by-mount')
}

// What a reader does not see, or takes for something else: no-break and zero-width spaces, and what turns the order of characters.
const unseen =
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u2800\u3000\u3164\ufeff\uffa0]/

/** Only dots and blanks, blanks around it, characters that nobody sees, bytes that are no text. */
function isOdd(name: string): boolean {
  if (/^[!-~]+$/.test(name)) return /^\.{3,}$/.test(name)
  if (/^[. ]{2,}$|^ | $/.test(name)) return true
  return unseen.test(textOf(name)) || !isUtf8(Buffer.from(name, 'latin1'))
}
