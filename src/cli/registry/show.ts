// A hive, a key, a value: for people and as JSON.

import type { RegistryKey, RegistryValue } from '../../evidence/registry/index.ts'
import type { RegistryKeyLine, RegistryValueLine } from '../../model/registry-lines.ts'
import type { Terminal } from '../render/terminal.ts'
import type { LoadedHive } from './load-hives.ts'

/** Of a value's data in JSON; its size is told always. */
const maxDataBytes = 1024 * 1024
const maxText = 200
const maxHexBytes = 32

export function hiveLine({ file, hive, user }: LoadedHive): object {
  const { base, kind, fileName, wasDirty, appliedLogs, notes } = hive
  return {
    type: 'registry-hive',
    version: 1,
    file,
    kind,
    ...(user === '' ? {} : { user }),
    fileName,
    format: `${base.majorVersion}.${base.minorVersion}`,
    ...(base.time === undefined ? {} : { lastWritten: base.time }),
    wasDirty,
    logs: appliedLogs,
    notes: notes.kept.length + notes.dropped,
  }
}

export function tellHive(loaded: LoadedHive, terminal: Terminal): void {
  const { base, kind, fileName, wasDirty, appliedLogs } = loaded.hive
  const logs = appliedLogs.map(({ name, entries, pages }) => `${name}: ${entries} entries, ${pages} pages`)
  const rows: readonly (readonly [string, string])[] = [
    ['hive', kind],
    ['user', loaded.user],
    ['loaded from', fileName],
    ['format', `${base.majorVersion}.${base.minorVersion}`],
    ['last written', base.time ?? ''],
    ['state', wasDirty ? 'dirty: the last changes are in its transaction logs' : 'clean'],
    ['logs replayed', logs.join('; ')],
  ]
  for (const [name, value] of rows) {
    if (value !== '') terminal.out(`${terminal.style('bold', name.padEnd(14))}${terminal.safe(value)}`)
  }
  terminal.out('')
}

export function keyLine(key: RegistryKey, path: string, isDeleted = false): RegistryKeyLine {
  return {
    type: 'registry-key',
    version: 1,
    path,
    time: key.time,
    subkeys: key.subkeyCount,
    values: key.valueCount,
    ...(key.className === '' ? {} : { className: key.className }),
    ...(isDeleted ? { deleted: true } : {}),
  }
}

export function keyText(key: RegistryKey, path: string, terminal: Terminal): string {
  return `${terminal.style('dim', key.time)}  ${terminal.style('cyan', path === '' ? '\\' : path)}`
}

interface Deletion {
  readonly isDeleted: boolean
  readonly isOverwritten?: boolean
}

const alive: Deletion = { isDeleted: false }

export function valueLine(
  value: RegistryValue,
  path: string,
  { isDeleted, isOverwritten = false }: Deletion = alive,
): RegistryValueLine {
  const data = isOverwritten ? value.data.subarray(0, 0) : value.data
  const number = value.number()
  const isText = value.strings().length > 0 || (value.type === 7 && data.length > 0)
  return {
    type: 'registry-value',
    version: 1,
    key: path,
    name: value.name,
    valueType: value.typeName,
    size: value.size,
    ...(isText && !isOverwritten ? { text: value.text().slice(0, maxDataBytes) } : {}),
    ...(number === undefined || isOverwritten ? {} : { number }),
    data: data.toString('hex', 0, maxDataBytes),
    ...(isDeleted ? { deleted: true } : {}),
    ...(isOverwritten ? { overwritten: true } : {}),
  }
}

export function valueText(value: RegistryValue, terminal: Terminal): string {
  const name = value.name === '' ? '(Default)' : value.name
  return `    ${terminal.style('bold', name)}  ${terminal.style('dim', value.typeName)}  ${terminal.safe(dataText(value))}`
}

function dataText(value: RegistryValue): string {
  const number = value.number()
  if (number !== undefined) return `${number} (0x${number.toString(16)})`
  const text = value.strings().join(' | ')
  if (text !== '') return text.length > maxText ? `${text.slice(0, maxText)}… (${value.size} bytes)` : text
  const { data } = value
  const hex = data.toString('hex', 0, maxHexBytes)
  return data.length > maxHexBytes ? `${hex}… (${value.size} bytes)` : hex
}
