// Storage that was connected: USB devices with their times (SYSTEM, Enum\USBSTOR and Enum\USB), drive letters (MountedDevices),
// names that Windows gave (SOFTWARE, portable devices), and who used them (NTUSER, MountPoints2). See FORMAT.md.

import { filetime, guid, u32, u64 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'

/** Times of a device's installation and plugging in. */
const deviceTimes = 'Properties\\{83da6326-97a6-4088-9453-a1923f573b29}'

export interface UsbDevice {
  /** `USBSTOR` or `USB`. */
  readonly bus: string
  /** `Disk&Ven_…&Prod_…&Rev_…` or `VID_…&PID_…`. */
  readonly device: string
  /** Where its second character is `&` Windows made it up: the device has none. */
  readonly serial: string
  readonly name: string
  readonly driveLetters: readonly string[]
  /** GUIDs of its volumes. */
  readonly volumes: readonly string[]
  /** Who opened a volume of it in the shell. */
  readonly users: readonly string[]
  readonly installed?: string
  readonly firstInstalled?: string
  readonly lastArrival?: string
  readonly lastRemoval?: string
  readonly time: string
}

export interface MountedDevice {
  /** `\DosDevices\C:` or `\??\Volume{…}`. */
  readonly name: string
  /** A device's path, `disk SIGNATURE at BYTE`, `GPT partition {…}`, or the bytes in hexadecimal. */
  readonly target: string
}

export interface DeviceHives {
  readonly system: Hive
  readonly software?: Hive
  readonly users: readonly { readonly name: string; readonly ntuser?: Hive }[]
}

export function usbDevicesIn(hives: DeviceHives): UsbDevice[] {
  const { system, software } = hives
  const current = system.find('Select')?.value('Current')?.number() ?? 1
  const set = system.find(`ControlSet${String(current).padStart(3, '0')}`)
  const mounted = mountedDevicesIn(system)
  const names = portableNames(software)
  const opened = openedVolumes(hives)
  const devices: UsbDevice[] = []
  for (const bus of ['USBSTOR', 'USB']) {
    for (const kind of set?.find(`Enum\\${bus}`)?.subkeys() ?? []) {
      for (const key of kind.subkeys()) {
        const device = deviceOf(key, { bus, device: kind.name, mounted })
        const users = device.volumes.flatMap((volume) => opened.get(volume) ?? [])
        const given = [...names].find(([path]) => path.includes(key.name.toUpperCase()))?.[1]
        devices.push({ ...device, users: [...new Set(users)], name: given ?? device.name })
      }
    }
  }
  return devices
}

interface Place {
  readonly bus: string
  readonly device: string
  readonly mounted: readonly MountedDevice[]
}

function deviceOf(key: HiveKey, { bus, device, mounted }: Place): UsbDevice {
  const own = mounted.filter(({ target }) =>
    target.toUpperCase().includes(`${device}#${key.name}`.toUpperCase()),
  )
  const times = {
    installed: timeOf(key, '0064'),
    firstInstalled: timeOf(key, '0065'),
    lastArrival: timeOf(key, '0066'),
    lastRemoval: timeOf(key, '0067'),
  }
  const description = key.value('FriendlyName')?.text() || (key.value('DeviceDesc')?.text() ?? '')
  return {
    bus,
    device,
    serial: key.name,
    name: description.replace(/^@.*;/, ''),
    driveLetters: own.flatMap(({ name }) => /^\\DosDevices\\(.+)$/i.exec(name)?.[1] ?? []),
    volumes: own.flatMap(({ name }) => /^\\\?\?\\Volume(\{.+\})$/i.exec(name)?.[1]?.toUpperCase() ?? []),
    users: [],
    ...(times.installed === undefined ? {} : { installed: times.installed }),
    ...(times.firstInstalled === undefined ? {} : { firstInstalled: times.firstInstalled }),
    ...(times.lastArrival === undefined ? {} : { lastArrival: times.lastArrival }),
    ...(times.lastRemoval === undefined ? {} : { lastRemoval: times.lastRemoval }),
    time: key.time,
  }
}

/** Windows 8 and later name the property `0064`, Windows 7 `00000064` with the value below it. */
function timeOf(key: HiveKey, property: string): string | undefined {
  const found =
    key.find(`${deviceTimes}\\${property}`) ?? key.find(`${deviceTimes}\\0000${property}\\00000000`)
  const value = found?.value('') ?? found?.value('Data')
  return value === undefined ? undefined : filetime(value.data, 0)
}

/** Of portable devices: the device's path in upper case, and the volume's label or letter. */
function portableNames(software: Hive | undefined): Map<string, string> {
  const names = new Map<string, string>()
  for (const key of software?.find('Microsoft\\Windows Portable Devices\\Devices')?.subkeys() ?? []) {
    const name = key.value('FriendlyName')?.text() ?? ''
    if (name !== '') names.set(key.name.toUpperCase(), name)
  }
  return names
}

/** By volume GUID in upper case the users in whose MountPoints2 it is. */
function openedVolumes({ users }: DeviceHives): Map<string, string[]> {
  const opened = new Map<string, string[]>()
  for (const { name, ntuser } of users) {
    const key = ntuser?.find('Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\MountPoints2')
    for (const volume of key?.subkeys() ?? []) {
      const id = volume.name.toUpperCase()
      opened.set(id, [...(opened.get(id) ?? []), name])
    }
  }
  return opened
}

export function mountedDevicesIn(system: Hive): MountedDevice[] {
  return (system.find('MountedDevices')?.values() ?? []).map(({ name, data }) => ({
    name,
    target: targetOf(data),
  }))
}

function targetOf(data: Buffer): string {
  if (data.length === 12) return `disk ${u32(data, 0).toString(16).padStart(8, '0')} at ${u64(data, 4)}`
  if (data.length === 24 && data.toString('latin1', 0, 8) === 'DMIO:ID:')
    return `GPT partition {${guid(data, 8)}}`
  const text = data.toString('utf16le')
  return data.length > 12 && /^(?:_\?\?_|\\\?\?\\)/.test(text)
    ? text.replaceAll('\0', '')
    : data.toString('hex', 0, 512)
}
