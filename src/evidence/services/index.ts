// Services and drivers of a SYSTEM hive: Services\NAME in the control set that Windows used last. See FORMAT.md.

import { u32 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'

const types: Readonly<Record<number, string>> = {
  0x1: 'kernel driver',
  0x2: 'file system driver',
  0x4: 'adapter',
  0x8: 'recognizer driver',
  0x10: 'own process',
  0x20: 'shared process',
  0x50: 'own process, per user',
  0x60: 'shared process, per user',
  0x110: 'own process, interactive',
  0x120: 'shared process, interactive',
  0xd0: 'own process, of a user',
  0xe0: 'shared process, of a user',
}
const starts = ['boot', 'system', 'auto', 'manual', 'disabled'] as const
/** SERVICE_DRIVER: kernel, file system, adapter, recognizer. */
const driverTypes = 0x0f

export interface Service {
  readonly name: string
  readonly displayName: string
  readonly description: string
  /** The words of winsvc.h, or the number in hexadecimal. */
  readonly type: string
  readonly isDriver: boolean
  readonly start: (typeof starts)[number] | 'unknown'
  /** An automatic start that waits a little after boot. */
  readonly isDelayed: boolean
  /** Started by an event: a device, a port, a group policy. */
  readonly hasTriggers: boolean
  /** `ImagePath`; '' where Windows uses its default, `System32\drivers\NAME.sys`. */
  readonly command: string
  /** `ServiceDll` of one that lives in svchost. */
  readonly library: string
  /** `ObjectName`: the account, or of a driver its object. */
  readonly account: string
  readonly group: string
  readonly dependsOn: readonly string[]
  /** What runs when it fails. */
  readonly failureCommand: string
  /** Last write to its key, which an installation or change of settings does. */
  readonly time: string
  /** `ControlSet001`. */
  readonly controlSet: string
}

/** The set of the last start, as `Select` says; undefined in a hive without one. */
function currentControlSet(system: Hive): HiveKey | undefined {
  const number = system.find('Select')?.value('Current')?.number() ?? 1
  return (
    system.find(`ControlSet${String(number).padStart(3, '0')}`) ??
    system.find('CurrentControlSet') ??
    system.root?.subkeys().find(({ name }) => /^ControlSet\d{3}$/i.test(name))
  )
}

/** Keys that are no service (they have neither a type nor a command) are left out. */
export function servicesIn(system: Hive): Service[] {
  const set = currentControlSet(system)
  const services: Service[] = []
  for (const key of set?.find('Services')?.subkeys() ?? []) {
    const service = serviceOf(key, set?.name ?? '')
    if (service !== undefined) services.push(service)
  }
  return services
}

function serviceOf(key: HiveKey, controlSet: string): Service | undefined {
  const values = new Map(key.values().map((value) => [value.name.toLowerCase(), value]))
  const type = values.get('type')?.number()
  const command = values.get('imagepath')?.text() ?? ''
  if (type === undefined && command === '') return undefined
  const text = (name: string): string => values.get(name)?.text() ?? ''
  const number = (name: string): number | undefined => values.get(name)?.number()
  return {
    name: key.name,
    displayName: text('displayname'),
    description: text('description'),
    type: types[type ?? 0] ?? `0x${(type ?? 0).toString(16)}`,
    isDriver: ((type ?? 0) & driverTypes) !== 0,
    start: starts[number('start') ?? -1] ?? 'unknown',
    isDelayed: number('delayedautostart') === 1,
    hasTriggers: (key.find('TriggerInfo')?.subkeys().length ?? 0) > 0,
    command,
    library: key.find('Parameters')?.value('ServiceDll')?.text() || text('servicedll'),
    account: text('objectname'),
    group: text('group'),
    dependsOn: [
      ...(values.get('dependonservice')?.strings() ?? []),
      ...(values.get('dependongroup')?.strings() ?? []).map((group) => `+${group}`),
    ],
    failureCommand: runsCommand(values.get('failureactions')?.data) ? text('failurecommand') : '',
    time: key.time,
    controlSet,
  }
}

/** SERVICE_FAILURE_ACTIONS: five numbers, then actions of a kind and a delay each; kind 3 runs the command. */
function runsCommand(data: Uint8Array | undefined): boolean {
  if (data === undefined) return true
  const count = Math.min(u32(data, 12), Math.floor(Math.max(0, data.length - 20) / 8))
  for (let index = 0; index < count; index += 1) if (u32(data, 20 + 8 * index) === 3) return true
  return false
}
