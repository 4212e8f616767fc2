// Reading the registry of the running system: keys, their values and the time of their last change.

import { type Handle, native } from './native.ts'

const advapi32 = 'advapi32.dll'
const openKeyCall = native<number>(
  advapi32,
  'int32 __stdcall RegOpenKeyExW(uintptr_t key, str16 path, uint32 options, uint32 access, _Out_ uintptr_t *opened)',
)
const closeKeyCall = native<number>(advapi32, 'int32 __stdcall RegCloseKey(uintptr_t key)')
const enumerateKey = native<number>(
  advapi32,
  'int32 __stdcall RegEnumKeyExW(uintptr_t key, uint32 index, void *name, _Inout_ uint32 *units, void *reserved, void *class, void *classUnits, void *time)',
)
const enumerateValue = native<number>(
  advapi32,
  'int32 __stdcall RegEnumValueW(uintptr_t key, uint32 index, void *name, _Inout_ uint32 *units, void *reserved, _Out_ uint32 *type, void *data, _Inout_ uint32 *length)',
)
const queryKey = native<number>(
  advapi32,
  'int32 __stdcall RegQueryInfoKeyW(uintptr_t key, void *class, void *classUnits, void *reserved, void *subkeys, void *longestSubkey, void *longestClass, void *values, void *longestName, void *longestValue, void *security, void *time)',
)

/** Reading, in the 64-bit view whatever we are. */
const readAccess = 0x20019 | 0x0100
const maxKeyUnits = 256
const maxNameUnits = 16_384
const maxKeys = 200_000
const maxValues = 50_000
const maxDataBytes = 16 * 1024 * 1024

/** HKEY_LOCAL_MACHINE and HKEY_USERS, sign-extended as the headers have them. */
export const rootKeys = { HKLM: 0xffffffff80000002n, HKU: 0xffffffff80000003n } as const

export interface RawValue {
  readonly name: string
  readonly type: number
  readonly data: Buffer
}

/** Undefined where there is none, or it may not be read. To be closed. */
export function openKey(parent: Handle, path: string): Handle | undefined {
  const opened: Handle[] = [0]
  return openKeyCall(parent, path, 0, readAccess, opened) === 0 ? opened[0] : undefined
}

export function closeKey(key: Handle): void {
  closeKeyCall(key)
}

export function subkeyNames(key: Handle): string[] {
  const names: string[] = []
  const name = Buffer.alloc(2 * maxKeyUnits)
  for (let index = 0; index < maxKeys; index += 1) {
    const units = [maxKeyUnits]
    if (enumerateKey(key, index, name, units, null, null, null, null) !== 0) break
    names.push(name.toString('utf16le', 0, 2 * (units[0] ?? 0)))
  }
  return names
}

export interface KeyInfo {
  /** Last write: 100 ns since 1601. */
  readonly time: bigint
  readonly longestValueBytes: number
}

export function keyInfo(key: Handle): KeyInfo | undefined {
  const longest = Buffer.alloc(4)
  const time = Buffer.alloc(8)
  const nothing = [null, null, null, null, null, null, null, null] as const
  if (queryKey(key, ...nothing, longest, null, time) !== 0) return undefined
  return { time: time.readBigUInt64LE(), longestValueBytes: longest.readUInt32LE() }
}

export function valuesOf(key: Handle): RawValue[] {
  const values: RawValue[] = []
  const longest = Math.min(keyInfo(key)?.longestValueBytes ?? 0, maxDataBytes)
  const data = Buffer.alloc(Math.max(longest, 1024))
  const name = Buffer.alloc(2 * maxNameUnits)
  for (let index = 0; index < maxValues; index += 1) {
    const units = [maxNameUnits]
    const type = [0]
    const length = [data.length]
    const result = enumerateValue(key, index, name, units, null, type, data, length)
    // One that has grown since its key was asked is left out; there is no other reason to skip.
    if (result === 234) continue
    if (result !== 0) break
    values.push({
      name: name.toString('utf16le', 0, 2 * (units[0] ?? 0)),
      type: type[0] ?? 0,
      data: Buffer.from(data.subarray(0, length[0] ?? 0)),
    })
  }
  return values
}
