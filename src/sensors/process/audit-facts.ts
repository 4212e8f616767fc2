// Facts from the records of one audit event: program starts, changes of credentials, ptrace and modules. What audit
// does not tell (start, session leader, cgroup) is added by the tier.

import { auditArguments } from '../../platform/linux/audit-arguments.ts'
import type { AuditEvent } from '../../platform/linux/audit-event.ts'
import { type AuditRecord, RecordType } from '../../platform/linux/audit-record.ts'
import { type WatchedCall, watchedCall } from '../../platform/linux/audit-rule.ts'
import { noId } from './known.ts'
import type { Credentials, ExecFact } from './tier.ts'

const argumentLimits = { maxArgs: 1024, maxBytes: 32 * 1024 }

/** A call that succeeded, of a process. */
export interface AuditCall {
  readonly call: WatchedCall
  readonly pid: number
  readonly record: AuditRecord
}

/** Undefined when the event is about something else, or is damaged. */
export function auditCall({ records }: AuditEvent): AuditCall | undefined {
  const record = find(records, RecordType.syscall)
  if (record === undefined || record.word('success') !== 'yes') return undefined
  const call = watchedCall(record.hex('arch') ?? 0, record.number('syscall') ?? -1)
  const pid = record.number('pid')
  return call === undefined || pid === undefined ? undefined : { call, pid, record }
}

/** All that audit knows of a program start. `inode` is that of the executable's PATH record. */
export interface AuditExec {
  readonly fact: Omit<ExecFact, 'time' | 'startNs' | 'parentStartNs' | 'sessionLeader' | 'cgroupId' | 'file'>
  /** Decimal; empty when unknown. */
  readonly inode: string
}

export function auditExec(event: AuditEvent, { pid, record }: AuditCall): AuditExec {
  const { records } = event
  // The kernel says so of a file without a name.
  const executable = (record.text('exe') ?? '').replace(/ \(deleted\)$/, '')
  const paths = records.filter(({ type }) => type === RecordType.path)
  const file = executablePath(paths, executable)
  const workingDirectory = find(records, RecordType.cwd)?.text('cwd')
  const { args, truncated } = auditArguments(
    records.filter(({ type }) => type === RecordType.execve),
    argumentLimits,
  )
  return {
    fact: {
      pid,
      name: record.text('comm') ?? '',
      executable,
      filename: paths[0]?.text('name') ?? '',
      args,
      argsTruncated: truncated || !event.complete,
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
      parentPid: record.number('ppid') ?? 0,
      credentials: credentialsOf(records, record),
      auid: record.number('auid') ?? noId,
      session: record.number('ses') ?? noId,
      tty: terminal(record.word('tty') ?? ''),
      memfd: executable.startsWith('/memfd:'),
    },
    inode: file?.word('inode') ?? '',
  }
}

/** Ids after the call; effective capabilities where a record of the same event has them. */
export function credentialsOf(records: readonly AuditRecord[], record: AuditRecord): Credentials {
  const id = (name: string): number => record.number(name) ?? noId
  const effective =
    find(records, RecordType.fileCapabilities)?.hex('pe') ?? find(records, RecordType.capset)?.hex('cap_pe')
  return {
    uid: id('uid'),
    gid: id('gid'),
    euid: id('euid'),
    egid: id('egid'),
    suid: id('suid'),
    sgid: id('sgid'),
    ...(effective === undefined ? {} : { effective }),
  }
}

/** Name of the loaded module; empty when the kernel did not say. */
export function moduleName({ records }: AuditEvent): string {
  return find(records, RecordType.kernelModule)?.text('name') ?? ''
}

function find(records: readonly AuditRecord[], type: number): AuditRecord | undefined {
  return records.find((record) => record.type === type)
}

const loader = /\/ld[-.\w]*\.so[.\d]*$|\/ld-musl-[-\w]+\.so\.1$/

/**
 * There is a PATH record for each file that the kernel opened: a script, its interpreter, the loader. The executable is
 * the one of its name, or else the last that is no loader.
 */
function executablePath(paths: readonly AuditRecord[], executable: string): AuditRecord | undefined {
  return (
    paths.find((path) => path.text('name') === executable) ??
    paths.findLast((path) => !loader.test(path.text('name') ?? '')) ??
    paths.at(-1)
  )
}

/** Majors and first minors of the kernel's terminals (its devices.txt). */
const terminals: readonly (readonly [RegExp, number, number])[] = [
  [/^pts(\d{1,7})$/, 136, 0],
  [/^ttyS(\d{1,3})$/, 4, 64],
  [/^ttyAMA(\d{1,3})$/, 204, 64],
  [/^tty(\d{1,2})$/, 4, 0],
  [/^hvc(\d{1,3})$/, 229, 0],
]

/** Name of a terminal as `tty_nr` of /proc/PID/stat; 0 for none and for one that is not known. */
export function terminal(name: string): number {
  for (const [pattern, major, firstMinor] of terminals) {
    const number = pattern.exec(name)?.[1]
    if (number === undefined) continue
    const minor = firstMinor + Number(number)
    // Pseudo terminals go on in the next majors after 2^20 of them: nobody has so many.
    return (minor & 0xff) | (major << 8) | ((minor & 0xfff00) << 12)
  }
  return 0
}
