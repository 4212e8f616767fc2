// Event 4688 under Sysmon's names, with what the event itself lacks: the parent's command line from the events before, version
// information and digests from the program's file. Rules for process creation then need no Sysmon.

import { type KnownProcess, ProcessTree } from './process-tree.ts'

/** Fields of an event by name, its system part (Channel, EventID, Computer …) beside its data. */
export type FlatRecord = Readonly<Record<string, unknown>>

export interface ImageFacts {
  readonly fileVersion?: string
  readonly description?: string
  readonly product?: string
  readonly company?: string
  readonly originalFileName?: string
  /** MD5 over libraries and functions. */
  readonly importHash?: string
  readonly hashes: { readonly md5: string; readonly sha1: string; readonly sha256: string }
}

/** Where further facts come from; undefined: not known. */
export interface ProcessLookup {
  image(path: string): ImageFacts | undefined
  /** Of a process that still runs: offline there is none. */
  workingDirectory?(pid: number, image: string): string | undefined
  /** Where the event carries none, as the audit policy leaves it by default. */
  commandLine?(pid: number, image: string): string | undefined
}

/** Of mandatory labels, as Sysmon writes them. */
const integrityLevels: Readonly<Record<string, string>> = {
  'S-1-16-0': 'Untrusted',
  'S-1-16-4096': 'Low',
  'S-1-16-8192': 'Medium',
  'S-1-16-8448': 'Medium',
  'S-1-16-12288': 'High',
  'S-1-16-16384': 'System',
  'S-1-16-20480': 'Protected',
}

/** Accounts whose process is told under the system's own name. */
const noAccount = new Set(['', '-', 'S-1-0-0'])

/** Owns the tree of processes. Records are to be given in the order in which they were written. */
export class ProcessCreations {
  readonly tree = new ProcessTree()
  readonly #lookup: ProcessLookup

  constructor(lookup: ProcessLookup) {
    this.#lookup = lookup
  }

  /** A record of 4688 enriched; every other record as it is. */
  enrich(record: FlatRecord): FlatRecord {
    if (String(record['EventID']) !== '4688' || record['Channel'] !== 'Security') return record
    const pid = numberOf(record['NewProcessId'])
    const image = textOf(record['NewProcessName'])
    if (pid === undefined || image === undefined) return record
    const fields = { ...this.#fieldsOf(record, pid, image), ...this.#imageFields(image) }
    return {
      ...record,
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    }
  }

  #fieldsOf(record: FlatRecord, pid: number, image: string): FlatRecord {
    const computer = textOf(record['Computer']) ?? ''
    const parentPid = numberOf(record['ProcessId'])
    const told = textOf(record['ParentProcessName'])
    const parent = parentPid === undefined ? undefined : this.tree.find(computer, parentPid, told)
    const commandLine = textOf(record['CommandLine']) ?? this.#lookup.commandLine?.(pid, image)
    const user = userOf(record)
    const process: KnownProcess = {
      pid,
      image,
      ...(parentPid === undefined ? {} : { parentPid }),
      ...(commandLine === undefined ? {} : { commandLine }),
      ...(user === undefined ? {} : { user }),
      ...(told === undefined && parent === undefined ? {} : { parentImage: told ?? parent?.image ?? '' }),
    }
    this.tree.add(computer, process)
    return {
      Image: image,
      ProcessId: String(pid),
      ParentProcessId: parentPid === undefined ? undefined : String(parentPid),
      CommandLine: commandLine,
      ParentImage: process.parentImage,
      ParentCommandLine: parent?.commandLine,
      ParentUser: parent?.user,
      GrandParentImage: parent?.parentImage,
      CurrentDirectory: this.#lookup.workingDirectory?.(pid, image),
      User: user,
      LogonId: logonOf(record),
      IntegrityLevel: integrityOf(record),
    }
  }

  #imageFields(path: string): FlatRecord {
    const facts = this.#lookup.image(path)
    if (facts === undefined) return {}
    const { hashes, importHash } = facts
    const digests = { MD5: hashes.md5, SHA1: hashes.sha1, SHA256: hashes.sha256, IMPHASH: importHash }
    return {
      FileVersion: facts.fileVersion,
      Description: facts.description,
      Product: facts.product,
      Company: facts.company,
      OriginalFileName: facts.originalFileName,
      Hashes: Object.entries(digests)
        .flatMap(([name, digest]) => (digest === undefined ? [] : [`${name}=${digest.toUpperCase()}`]))
        .join(','),
    }
  }
}

/** Who the process runs as: the target where one is named, else who started it. */
function userOf(record: FlatRecord): string | undefined {
  const role = isTargeted(record) ? 'Target' : 'Subject'
  const name = textOf(record[`${role}UserName`])
  const domain = textOf(record[`${role}DomainName`])
  if (name === undefined) return undefined
  // The computer's own account is what the system runs as.
  if (record[`${role}UserSid`] === 'S-1-5-18' || record[`${role}Sid`] === 'S-1-5-18') {
    return 'NT AUTHORITY\\SYSTEM'
  }
  return domain === undefined ? name : `${domain}\\${name}`
}

function isTargeted(record: FlatRecord): boolean {
  return !noAccount.has(textOf(record['TargetUserName']) ?? '')
}

function logonOf(record: FlatRecord): string | undefined {
  return textOf(record[isTargeted(record) ? 'TargetLogonId' : 'SubjectLogonId'])
}

function integrityOf(record: FlatRecord): string | undefined {
  const label = textOf(record['MandatoryLabel'])
  return label === undefined ? undefined : (integrityLevels[label] ?? label)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined
}

/** Decimal, or hexadecimal as Windows writes process numbers. */
function numberOf(value: unknown): number | undefined {
  const text = textOf(value)
  const number = text === undefined ? Number.NaN : Number(text)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
