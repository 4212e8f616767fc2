// Rules of the Linux audit system as `struct audit_rule_data` (linux/audit.h), and those that Haechi adds. Each carries
// a key that names the process which added it: what a crash has left behind is found by it and deleted.

import { readProcessStat } from './process-stat.ts'

const maskWords = 64
const maxFields = 64
const at = { list: 0, action: 4, fieldCount: 8, mask: 12, fields: 268, values: 524, operators: 780 } as const
const stringLengthAt = 1036
const stringsAt = 1040

/** Lists (the kernel's filters) and actions. */
export const List = { task: 1, exit: 4, exclude: 5 } as const
export const Action = { never: 0, always: 2 } as const
const Field = { architecture: 11, success: 104, argument0: 200, key: 210 } as const
const equal = 0x40000000
/** Largest length of a key in the kernel. */
const maxKeyBytes = 256

/** A machine's way to call the kernel: `AUDIT_ARCH_*`, and the numbers of the calls that are watched. */
export interface CallTable {
  readonly architecture: number
  readonly calls: Readonly<Record<WatchedCall, number>>
}

export type WatchedCall =
  | 'execve'
  | 'execveat'
  | 'setuid'
  | 'setgid'
  | 'setreuid'
  | 'setregid'
  | 'setresuid'
  | 'setresgid'
  | 'capset'
  | 'ptrace'
  | 'process_vm_writev'
  | 'init_module'
  | 'finit_module'

const x64: CallTable = {
  architecture: 0xc000003e,
  calls: {
    execve: 59,
    execveat: 322,
    setuid: 105,
    setgid: 106,
    setreuid: 113,
    setregid: 114,
    setresuid: 117,
    setresgid: 119,
    capset: 126,
    ptrace: 101,
    process_vm_writev: 311,
    init_module: 175,
    finit_module: 313,
  },
}

/** 32-bit programs on x86-64; the calls with 32-bit ids, which the C library uses. */
const ia32: CallTable = {
  architecture: 0x40000003,
  calls: {
    execve: 11,
    execveat: 358,
    setuid: 213,
    setgid: 214,
    setreuid: 203,
    setregid: 204,
    setresuid: 208,
    setresgid: 210,
    capset: 185,
    ptrace: 26,
    process_vm_writev: 348,
    init_module: 128,
    finit_module: 350,
  },
}

const arm64: CallTable = {
  architecture: 0xc00000b7,
  calls: {
    execve: 221,
    execveat: 281,
    setuid: 146,
    setgid: 144,
    setreuid: 145,
    setregid: 143,
    setresuid: 147,
    setresgid: 149,
    capset: 91,
    ptrace: 117,
    process_vm_writev: 271,
    init_module: 105,
    finit_module: 273,
  },
}

const tables: Readonly<Record<string, readonly CallTable[]>> = { x64: [x64, ia32], arm64: [arm64] }

/** Call tables of this machine, its own first; empty where none is known. */
export const callTables: readonly CallTable[] = tables[process.arch] ?? []

/** Which watched call a SYSCALL record is about; undefined for any other. */
export function watchedCall(architecture: number, number: number): WatchedCall | undefined {
  return names.get(`${architecture}:${number}`)
}

const names = new Map<string, WatchedCall>()
for (const { architecture, calls } of callTables)
  for (const [name, number] of Object.entries(calls))
    names.set(`${architecture}:${number}`, name as WatchedCall)

export interface CallRule {
  readonly calls: readonly WatchedCall[]
  /** Value of the first argument; any when absent. */
  readonly argument0?: number
}

/** The rule's bytes for each way to call the kernel: calls that succeeded, at their end. */
export function encodeCallRule(rule: CallRule, key: string): readonly Buffer[] {
  return callTables.map((table) => encodeFor(table, rule, key))
}

function encodeFor(table: CallTable, rule: CallRule, key: string): Buffer {
  const fields: (readonly [number, number])[] = [
    [Field.architecture, table.architecture],
    [Field.success, 1],
  ]
  if (rule.argument0 !== undefined) fields.push([Field.argument0, rule.argument0])
  const keyBytes = Buffer.from(key, 'latin1')
  fields.push([Field.key, keyBytes.length])
  const data = Buffer.alloc(stringsAt + keyBytes.length)
  data.writeUInt32LE(List.exit, at.list)
  data.writeUInt32LE(Action.always, at.action)
  data.writeUInt32LE(fields.length, at.fieldCount)
  for (const call of rule.calls) setBit(data, table.calls[call])
  for (const [index, [field, value]] of fields.entries()) {
    data.writeUInt32LE(field, at.fields + 4 * index)
    data.writeUInt32LE(value, at.values + 4 * index)
    data.writeUInt32LE(equal, at.operators + 4 * index)
  }
  data.writeUInt32LE(keyBytes.length, stringLengthAt)
  keyBytes.copy(data, stringsAt)
  return data
}

function setBit(data: Buffer, call: number): void {
  const word = at.mask + 4 * Math.trunc(call / 32)
  data.writeUInt32LE((data.readUInt32LE(word) | (1 << (call % 32))) >>> 0, word)
}

/** A rule that the kernel holds. */
export interface LoadedRule {
  readonly list: number
  readonly action: number
  /** How many system calls it is about; 0 for a rule that is about none. */
  readonly calls: number
  /** Empty when it has none. */
  readonly key: string
  /** For `AUDIT_DEL_RULE`. */
  readonly data: Buffer
}

/** Undefined when the bytes are no rule. */
export function decodeRule(data: Buffer): LoadedRule | undefined {
  if (data.length < stringsAt) return undefined
  const stringLength = data.readUInt32LE(stringLengthAt)
  const fieldCount = data.readUInt32LE(at.fieldCount)
  if (stringLength > data.length - stringsAt || fieldCount > maxFields) return undefined
  return {
    list: data.readUInt32LE(at.list),
    action: data.readUInt32LE(at.action),
    calls: countCalls(data),
    key: keyOf(data, fieldCount, stringLength),
    data: data.subarray(0, stringsAt + stringLength),
  }
}

function countCalls(data: Buffer): number {
  let calls = 0
  for (let word = 0; word < maskWords; word++)
    for (let bits = data.readUInt32LE(at.mask + 4 * word); bits !== 0; bits = (bits & (bits - 1)) >>> 0)
      calls++
  return calls
}

/** Fields with a text: those of subjects and objects (SELinux), paths, executables and keys. */
function hasText(field: number): boolean {
  return (field >= 13 && field <= 17) || (field >= 19 && field <= 23) || textFields.has(field)
}

const textFields = new Set<number>([105, 107, 112, Field.key])

function keyOf(data: Buffer, fieldCount: number, stringLength: number): string {
  let offset = 0
  for (let index = 0; index < fieldCount; index++) {
    const field = data.readUInt32LE(at.fields + 4 * index)
    if (!hasText(field)) continue
    const length = data.readUInt32LE(at.values + 4 * index)
    if (length > stringLength - offset) return ''
    const start = stringsAt + offset
    if (field === Field.key) return data.toString('latin1', start, start + Math.min(length, maxKeyBytes))
    offset += length
  }
  return ''
}

/** The key of this process's rules: `haechi-PID-START`. */
export function ownKey(): string {
  return keyFor(process.pid) ?? `haechi-${process.pid}-0`
}

/** True for a key of a process of Haechi that does not live any more. */
export function isAbandoned(key: string): boolean {
  const pid = /^haechi-(\d{1,10})-\d{1,15}$/.exec(key)?.[1]
  return pid !== undefined && keyFor(Number(pid)) !== key
}

/** True for the key of any process of Haechi. */
export function isHaechiKey(key: string): boolean {
  return /^haechi-\d{1,10}-\d{1,15}$/.test(key)
}

function keyFor(pid: number): string | undefined {
  const stat = readProcessStat(pid)
  return stat === undefined ? undefined : `haechi-${pid}-${stat.startTicks}`
}
