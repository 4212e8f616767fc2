// $FILE_NAME: a name, its directory and the times that only the kernel writes. Attributes of files and entries of directories
// have the same structure.

import { filetime, u16, u32, u64, utf16Exactly } from './fields.ts'

export const fixedBytes = 66
const namespaces = ['posix', 'win32', 'dos', 'win32-dos'] as const

export interface FileName {
  readonly name: string
  readonly namespace: (typeof namespaces)[number]
  readonly parentEntry: number
  readonly parentSequence: number
  readonly created?: string
  readonly modified?: string
  /** Of the record itself. */
  readonly changed?: string
  readonly accessed?: string
  readonly allocatedSize: number
  readonly size: number
  readonly fileAttributes: number
}

/** Undefined: it does not fit into `length` bytes. */
export function readFileName(bytes: Uint8Array, at: number, length: number): FileName | undefined {
  const units = bytes[at + 64] ?? 0
  if (length < fixedBytes + 2 * units || at + length > bytes.length) return undefined
  return {
    name: utf16Exactly(bytes, at + fixedBytes, units),
    namespace: namespaces[bytes[at + 65] ?? 0] ?? 'posix',
    parentEntry: u32(bytes, at) + u16(bytes, at + 4) * 2 ** 32,
    parentSequence: u16(bytes, at + 6),
    ...times(bytes, at + 8),
    allocatedSize: u64(bytes, at + 40),
    size: u64(bytes, at + 48),
    fileAttributes: u32(bytes, at + 56),
  }
}

export interface Times {
  created?: string
  modified?: string
  changed?: string
  accessed?: string
}

/** The four times as they stand in $STANDARD_INFORMATION and $FILE_NAME. */
export function times(bytes: Uint8Array, at: number): Times {
  const found: Times = {}
  const created = filetime(bytes, at)
  const modified = filetime(bytes, at + 8)
  const changed = filetime(bytes, at + 16)
  const accessed = filetime(bytes, at + 24)
  if (created !== undefined) found.created = created
  if (modified !== undefined) found.modified = modified
  if (changed !== undefined) found.changed = changed
  if (accessed !== undefined) found.accessed = accessed
  return found
}
