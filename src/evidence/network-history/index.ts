// Networks that a machine had: interfaces with their addresses and leases (SYSTEM), networks it was connected to with times and the
// gateway's address (SOFTWARE, NetworkList), shares. See FORMAT.md.

import { hex, u16 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'

const adapters = 'Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}'
const list = 'Microsoft\\Windows NT\\CurrentVersion\\NetworkList'

export interface NetworkInterface {
  readonly id: string
  /** As in the control panel, e.g. `Ethernet`. */
  readonly name: string
  readonly isDhcp: boolean
  readonly addresses: readonly string[]
  readonly masks: readonly string[]
  readonly gateways: readonly string[]
  readonly nameServers: readonly string[]
  readonly dhcpServer: string
  readonly domain: string
  readonly leaseObtained?: string
  readonly leaseEnds?: string
  readonly time: string
}

export interface NetworkProfile {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: 'wired' | 'wireless' | 'VPN' | 'broadband' | 'unknown'
  readonly category: 'public' | 'private' | 'domain' | 'unknown'
  /** Local time of the machine. */
  readonly created?: string
  /** Local time of the machine. */
  readonly lastConnected?: string
  /** `00:11:22:33:44:55`; '' where it is not known. */
  readonly gatewayMac: string
  readonly dnsSuffix: string
  readonly time: string
}

export interface NetworkShare {
  readonly name: string
  readonly path: string
  readonly remark: string
  readonly time: string
}

export function interfacesIn(system: Hive): NetworkInterface[] {
  const set = setOf(system)
  const keys = set?.find('Services\\Tcpip\\Parameters\\Interfaces')?.subkeys() ?? []
  return keys.map((key) => {
    const isDhcp = key.value('EnableDHCP')?.number() === 1
    const obtained = unixTime(key.value('LeaseObtainedTime')?.number())
    const ends = unixTime(key.value('LeaseTerminatesTime')?.number())
    return {
      id: key.name,
      name: set?.find(`${adapters}\\${key.name}\\Connection`)?.value('Name')?.text() ?? '',
      isDhcp,
      addresses: texts(key, 'DhcpIPAddress', 'IPAddress').filter((address) => address !== '0.0.0.0'),
      masks: texts(key, 'DhcpSubnetMask', 'SubnetMask'),
      gateways: texts(key, 'DhcpDefaultGateway', 'DefaultGateway'),
      nameServers: texts(key, 'DhcpNameServer', 'NameServer').flatMap((servers) => servers.split(/[ ,]+/)),
      dhcpServer: key.value('DhcpServer')?.text() ?? '',
      domain: texts(key, 'DhcpDomain', 'Domain')[0] ?? '',
      ...(obtained === undefined ? {} : { leaseObtained: obtained }),
      ...(ends === undefined ? {} : { leaseEnds: ends }),
      time: key.time,
    }
  })
}

/** Of several values those that are there and not empty. */
function texts(key: HiveKey, ...names: readonly string[]): string[] {
  return names.flatMap((name) => key.value(name)?.strings() ?? []).filter((text) => text.trim() !== '')
}

function setOf(system: Hive): HiveKey | undefined {
  const current = system.find('Select')?.value('Current')?.number() ?? 1
  return system.find(`ControlSet${String(current).padStart(3, '0')}`)
}

function unixTime(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds === 0 || seconds >= 0x7f_ff_ff_ff) return undefined
  return new Date(seconds * 1000).toISOString().replace('.000Z', '.0000000Z')
}

const kinds: Readonly<Record<number, NetworkProfile['kind']>> = {
  6: 'wired',
  23: 'VPN',
  71: 'wireless',
  243: 'broadband',
}
const categories = ['public', 'private', 'domain'] as const

export function profilesIn(software: Hive): NetworkProfile[] {
  const signatures = new Map<string, HiveKey>()
  for (const managed of ['Managed', 'Unmanaged']) {
    for (const key of software.find(`${list}\\Signatures\\${managed}`)?.subkeys() ?? []) {
      signatures.set(key.value('ProfileGuid')?.text().toUpperCase() ?? '', key)
    }
  }
  return (software.find(`${list}\\Profiles`)?.subkeys() ?? []).map((key) => {
    const signature = signatures.get(key.name.toUpperCase())
    const created = systemTime(key.value('DateCreated')?.data)
    const last = systemTime(key.value('DateLastConnected')?.data)
    return {
      id: key.name,
      name: key.value('ProfileName')?.text() ?? '',
      description: key.value('Description')?.text() ?? '',
      kind: kinds[key.value('NameType')?.number() ?? 0] ?? 'unknown',
      category: categories[key.value('Category')?.number() ?? -1] ?? 'unknown',
      ...(created === undefined ? {} : { created }),
      ...(last === undefined ? {} : { lastConnected: last }),
      gatewayMac: macOf(signature?.value('DefaultGatewayMac')?.data),
      dnsSuffix: signature?.value('DnsSuffix')?.text() ?? '',
      time: key.time,
    }
  })
}

/** SYSTEMTIME without a zone: `2026-01-02T03:04:05.123`. */
function systemTime(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length < 16) return undefined
  const [year = 0, month = 0, , day = 0, hour = 0, minute = 0, second = 0, ms = 0] = Array.from(
    { length: 8 },
    (_, index) => u16(bytes, 2 * index),
  )
  if (year < 1601 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23) return undefined
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms)).toISOString().slice(0, -1)
}

function macOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined || bytes.length < 6) return ''
  return (hex(bytes, 0, 6).match(/../g) ?? []).join(':')
}

export function sharesIn(system: Hive): NetworkShare[] {
  const key = setOf(system)?.find('Services\\LanmanServer\\Shares')
  return (key?.values() ?? [])
    .filter((value) => value.strings().length > 0)
    .map((value) => {
      const fields = new Map(value.strings().map((text) => split(text)))
      return {
        name: value.name,
        path: fields.get('Path') ?? '',
        remark: fields.get('Remark') ?? '',
        time: key?.time ?? '',
      }
    })
}

function split(text: string): [string, string] {
  const at = text.indexOf('=')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
