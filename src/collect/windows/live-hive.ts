// The registry of the running system as the hives that readers of registry files know: nothing is kept open between two looks.

import { registryTypes } from '../../evidence/registry-types.ts'
import type { Hive, HiveKey, HiveKind, HiveValue } from '../../evidence/hive.ts'
import { Notes } from '../../evidence/note.ts'
import { filetime, utf16 } from '../../evidence/fields.ts'
import type { MachineHives, UserHives } from '../../evidence/autoruns/index.ts'
import {
  closeKey,
  keyInfo,
  openKey,
  type RawValue,
  rootKeys,
  subkeyNames,
  valuesOf,
} from '../../platform/windows/registry.ts'

type Root = keyof typeof rootKeys

const textTypes = new Set([1, 2, 6])
const multiText = 7
const noTime = '1601-01-01T00:00:00.0000000Z'

class LiveValue implements HiveValue {
  readonly name: string
  readonly type: number
  readonly data: Buffer

  constructor({ name, type, data }: RawValue) {
    this.name = name
    this.type = type
    this.data = data
  }

  get typeName(): string {
    return registryTypes[this.type] ?? `0x${this.type.toString(16)}`
  }

  text(): string {
    if (this.type === multiText) return this.strings().join('\n')
    return textTypes.has(this.type) ? utf16(this.data, 0) : ''
  }

  strings(): readonly string[] {
    if (this.type !== multiText) return textTypes.has(this.type) ? [this.text()] : []
    const [list = ''] = this.data.toString('utf16le').split('\0\0', 1)
    return list.split('\0').filter((text) => text !== '')
  }

  number(): number | undefined {
    const { type, data } = this
    if (type === 4 && data.length >= 4) return data.readUInt32LE(0)
    if (type === 5 && data.length >= 4) return data.readUInt32BE(0)
    return type === 11 && data.length >= 8 ? Number(data.readBigUInt64LE(0)) : undefined
  }
}

/** Opens its key for each look and closes it again. */
class LiveKey implements HiveKey {
  readonly path: string
  readonly #root: Root
  readonly #base: string

  constructor(root: Root, base: string, path: string) {
    this.#root = root
    this.#base = base
    this.path = path
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf('\\') + 1)
  }

  get time(): string {
    const time = this.#look((key) => keyInfo(key)?.time)
    if (time === undefined) return noTime
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(time)
    return filetime(bytes, 0) ?? noTime
  }

  subkeys(): readonly HiveKey[] {
    const names = this.#look(subkeyNames) ?? []
    const shown = this.path === '' ? withoutLink(names) : names
    return shown.map((name) => new LiveKey(this.#root, this.#base, joined(this.path, name)))
  }

  values(): readonly HiveValue[] {
    return (this.#look(valuesOf) ?? []).map((value) => new LiveValue(value))
  }

  find(path: string): HiveKey | undefined {
    if (path === '') return this
    const key = new LiveKey(this.#root, this.#base, joined(this.path, path))
    return key.exists ? key : undefined
  }

  value(name: string): HiveValue | undefined {
    const wanted = name.toUpperCase()
    return this.values().find((value) => value.name.toUpperCase() === wanted)
  }

  get exists(): boolean {
    return this.#look(() => true) === true
  }

  #look<T>(read: (key: Parameters<typeof closeKey>[0]) => T): T | undefined {
    const key = openKey(rootKeys[this.#root], joined(this.#base, this.path))
    if (key === undefined) return undefined
    try {
      return read(key)
    } finally {
      closeKey(key)
    }
  }
}

/** CurrentControlSet is a link to one of the sets: what is in it would be told twice. */
function withoutLink(names: readonly string[]): readonly string[] {
  const hasSets = names.some((name) => /^ControlSet\d{3}$/i.test(name))
  return hasSets ? names.filter((name) => name.toLowerCase() !== 'currentcontrolset') : names
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\\')
}

/** A part of the registry as if it had been loaded from its file; undefined where it may not be read. */
export function liveHive(kind: HiveKind, root: Root, base: string): Hive | undefined {
  const key = new LiveKey(root, base, '')
  if (!key.exists) return undefined
  return { kind, fileName: '', notes: new Notes(), root: key, find: (path) => key.find(path) }
}

/** The machine's hives, and those of the users that are logged on: only these are loaded. */
export function liveHives(): MachineHives {
  const system = liveHive('SYSTEM', 'HKLM', 'SYSTEM')
  const software = liveHive('SOFTWARE', 'HKLM', 'SOFTWARE')
  return {
    ...(system === undefined ? {} : { system }),
    ...(software === undefined ? {} : { software }),
    users: loadedUsers(),
  }
}

function loadedUsers(): UserHives[] {
  const key = openKey(rootKeys.HKU, '')
  if (key === undefined) return []
  try {
    const sids = subkeyNames(key).filter((name) => /^S-1-5-[\d-]+$/i.test(name))
    return sids.map((sid) => {
      const ntuser = liveHive('NTUSER', 'HKU', sid)
      const classes = liveHive('USRCLASS', 'HKU', `${sid}_Classes`)
      return {
        name: sid,
        ...(ntuser === undefined ? {} : { ntuser }),
        ...(classes === undefined ? {} : { classes }),
      }
    })
  } finally {
    closeKey(key)
  }
}
