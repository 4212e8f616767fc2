// What an investigator gets of the log: what happened to which file. Times are those of the files; the log itself has none.

import type { FileName, Times } from '../file-name.ts'
import type { UsnRecord } from '../usn-journal/index.ts'

/**
 * `name-…`: a further name (hard link), or a name whose file's record is written elsewhere. `times-set`: the times of
 * $STANDARD_INFORMATION. `directory-entry-updated`: the copy of times and sizes in the directory.
 */
export type LogFileChangeKind =
  | 'file-created'
  | 'file-deleted'
  | 'file-renamed'
  | 'file-moved'
  | 'name-added'
  | 'name-removed'
  | 'times-set'
  | 'attributes-set'
  | 'directory-entry-updated'
  | 'attribute-created'
  | 'attribute-deleted'
  | 'value-changed'
  | 'journal-record'

export interface LoggedInformation extends Readonly<Times> {
  readonly fileAttributes?: number
}

export interface LogFileChange {
  /** Of the first operation that it is told by, as a decimal number. */
  readonly lsn: string
  /** Of that operation, in the log. */
  readonly offset: number
  /** Numbers are used again. */
  readonly transaction: number
  readonly change: LogFileChangeKind
  readonly redo: string
  readonly undo: string
  /** NTFS took back what a broken transaction had done. */
  readonly isTakenBack: boolean
  readonly mftEntry?: number
  readonly mftSequence?: number
  readonly name?: string
  /** As far as the log tells; `?` stands for directories that it does not name. */
  readonly path?: string
  readonly parentEntry?: number
  readonly parentSequence?: number
  readonly oldName?: string
  readonly oldParentEntry?: number
  readonly oldParentSequence?: number
  readonly isDirectory?: boolean
  /** E.g. `$DATA`. */
  readonly attribute?: string
  /** Of a named stream. */
  readonly stream?: string
  readonly before?: LoggedInformation
  readonly after?: LoggedInformation
  /** Which times are earlier than they were. */
  readonly backwards?: readonly TimeName[]
  /** base64, of resident data: what was there, and what came in its place. */
  readonly contentBefore?: string
  readonly contentAfter?: string
  /** Where in the attribute's content it lies. */
  readonly contentOffset?: number
  readonly usn?: UsnRecord
}

const timeNames = ['created', 'modified', 'changed', 'accessed'] as const
type TimeName = (typeof timeNames)[number]

/** Without the fields of an operation, which its row adds. */
export type Telling = Omit<LogFileChange, 'lsn' | 'offset' | 'transaction' | 'redo' | 'undo' | 'isTakenBack'>

/** Access times go back whenever they please. */
export function backwardsOf(before: Times, after: Times): readonly TimeName[] {
  return (['created', 'modified', 'changed'] as const).filter((name) => {
    const [was, is] = [before[name], after[name]]
    return was !== undefined && is !== undefined && is < was
  })
}

export function haveTimesChanged(before: Times, after: Times): boolean {
  return timeNames.some((name) => after[name] !== undefined && after[name] !== before[name])
}

export function isSameName(one: FileName, other: FileName): boolean {
  return one.name === other.name && one.parentEntry === other.parentEntry
}

const attributeNames: Readonly<Record<number, string>> = {
  0x10: '$STANDARD_INFORMATION',
  0x20: '$ATTRIBUTE_LIST',
  0x30: '$FILE_NAME',
  0x40: '$OBJECT_ID',
  0x50: '$SECURITY_DESCRIPTOR',
  0x60: '$VOLUME_NAME',
  0x70: '$VOLUME_INFORMATION',
  0x80: '$DATA',
  0x90: '$INDEX_ROOT',
  0xa0: '$INDEX_ALLOCATION',
  0xb0: '$BITMAP',
  0xc0: '$REPARSE_POINT',
  0xd0: '$EA_INFORMATION',
  0xe0: '$EA',
  0x100: '$LOGGED_UTILITY_STREAM',
}

export function attributeName(type: number): string {
  return attributeNames[type] ?? `0x${type.toString(16)}`
}
