// The machine: firmware, processor, disks, network cards, devices on the bus, who virtualises it, what the cloud says of it. From /sys
// and /proc of the running kernel, and from the files that cloud-init leaves.

import { readdirSync, readFileSync } from 'node:fs'

import { objectOf, readJson, textField } from './container-file.ts'
import type { Host } from './host.ts'

export interface MachineRow {
  /** `firmware`, `processor`, `memory`, `disk`, `partition`, `network-card`, `usb`, `pci`, `hypervisor`, `cloud`, `boot`. */
  readonly kind: string
  readonly name: string
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

const maxTextBytes = 64 * 1024
const maxDevices = 4096

/** A value of /sys or /proc; null where it is not there or may not be read. */
function value(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').slice(0, maxTextBytes).trim()
  } catch {
    return null
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, maxDevices).toSorted()
  } catch {
    return []
  }
}

function values(folder: string, wanted: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(wanted.map((name) => [name.replaceAll('/', '_'), value(`${folder}/${name}`)]))
}

/** Of the running host. */
export function* machineRows(): Generator<MachineRow> {
  yield { kind: 'firmware', name: 'dmi', facts: dmi() }
  yield { kind: 'processor', name: 'cpu', facts: processor() }
  yield {
    kind: 'memory',
    name: 'memory',
    facts: { total: /^MemTotal:\s+(.*)$/m.exec(value('/proc/meminfo') ?? '')?.[1] ?? null },
  }
  yield { kind: 'hypervisor', name: 'hypervisor', facts: hypervisor() }
  yield { kind: 'boot', name: 'boot', facts: boot() }
  yield* disks()
  for (const name of names('/sys/class/net')) {
    const folder = `/sys/class/net/${name}`
    yield {
      kind: 'network-card',
      name,
      facts: values(folder, [
        'address',
        'operstate',
        'mtu',
        'type',
        'flags',
        'device/vendor',
        'device/device',
      ]),
    }
  }
  for (const name of names('/sys/bus/usb/devices')) {
    const facts = values(`/sys/bus/usb/devices/${name}`, [
      'idVendor',
      'idProduct',
      'manufacturer',
      'product',
      'serial',
    ])
    if (facts['idVendor'] !== null) yield { kind: 'usb', name, facts }
  }
  for (const name of names('/sys/bus/pci/devices'))
    yield {
      kind: 'pci',
      name,
      facts: values(`/sys/bus/pci/devices/${name}`, ['vendor', 'device', 'class', 'subsystem_vendor']),
    }
}

function dmi(): MachineRow['facts'] {
  return values('/sys/class/dmi/id', [
    'sys_vendor',
    'product_name',
    'product_version',
    'product_serial',
    'product_uuid',
    'board_vendor',
    'board_name',
    'board_serial',
    'bios_vendor',
    'bios_version',
    'bios_date',
    'chassis_vendor',
    'chassis_asset_tag',
  ])
}

function processor(): MachineRow['facts'] {
  const text = value('/proc/cpuinfo') ?? ''
  const field = (name: string): string | null =>
    new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1] ?? null
  return {
    model: field('model name') ?? field('Model'),
    vendor: field('vendor_id') ?? field('CPU implementer'),
    microcode: field('microcode'),
    online: value('/sys/devices/system/cpu/online'),
    vulnerabilities: names('/sys/devices/system/cpu/vulnerabilities')
      .map((name) => `${name}: ${value(`/sys/devices/system/cpu/vulnerabilities/${name}`) ?? ''}`)
      .join('\n'),
  }
}

const vendors: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^QEMU|KVM|^Red Hat|oVirt/i, 'kvm'],
  [/VMware/i, 'vmware'],
  [/Microsoft Corporation.*Virtual/i, 'hyper-v'],
  [/innotek|VirtualBox/i, 'virtualbox'],
  [/Xen/i, 'xen'],
  [/Amazon EC2/i, 'amazon'],
  [/Google/i, 'google'],
  [/DigitalOcean/i, 'digitalocean'],
  [/Hetzner/i, 'hetzner'],
  [/Alibaba/i, 'alibaba'],
  [/OpenStack/i, 'openstack'],
  [/Parallels/i, 'parallels'],
]

function hypervisor(): MachineRow['facts'] {
  const facts = dmi()
  const told = ['sys_vendor', 'product_name', 'bios_vendor']
    .map((name) => String(facts[name] ?? ''))
    .join(' ')
  const initial = value('/proc/1/environ') ?? ''
  return {
    by_firmware: vendors.find(([pattern]) => pattern.test(told))?.[1] ?? null,
    by_processor: / hypervisor(?: |$)/m.test(value('/proc/cpuinfo') ?? ''),
    by_kernel: value('/sys/hypervisor/type'),
    container: /(?:^|\0)container=([\w-]{1,64})/.exec(initial)?.[1] ?? null,
  }
}

function boot(): MachineRow['facts'] {
  const secureBoot = names('/sys/firmware/efi/efivars').find((name) => name.startsWith('SecureBoot-'))
  return {
    firmware: names('/sys/firmware').includes('efi') ? 'uefi' : 'bios or other',
    // Four bytes of attributes stand before the value.
    secure_boot:
      secureBoot === undefined
        ? null
        : value(`/sys/firmware/efi/efivars/${secureBoot}`)?.endsWith('\u0001') === true,
    tpm: names('/sys/class/tpm').join(' ') || null,
    lockdown: value('/sys/kernel/security/lockdown'),
  }
}

function* disks(): Generator<MachineRow> {
  for (const name of names('/sys/block')) {
    const folder = `/sys/block/${name}`
    const facts = values(folder, [
      'size',
      'ro',
      'removable',
      'queue/rotational',
      'device/model',
      'device/vendor',
      'device/serial',
      'device/wwid',
      'dev',
      'loop/backing_file',
      'dm/name',
      'dm/uuid',
    ])
    // Loops that stand for nothing.
    if (name.startsWith('loop') && facts['loop_backing_file'] === null) continue
    if (name.startsWith('ram')) continue
    yield {
      kind: 'disk',
      name,
      facts: {
        ...facts,
        bytes: Number(facts['size'] ?? 0) * 512,
        below: names(`${folder}/slaves`).join(' '),
      },
    }
    for (const part of names(folder).filter((one) => one.startsWith(name)))
      yield {
        kind: 'partition',
        name: part,
        facts: { ...values(`${folder}/${part}`, ['size', 'start', 'dev']), disk: name },
      }
  }
}

/** What cloud-init learned from the cloud; also of a host that does not run. */
export function* cloudRows(host: Host): Generator<MachineRow> {
  const instance = objectOf(objectOf(readJson(host, '/run/cloud-init/instance-data.json'))['v1'])
  if (Object.keys(instance).length > 0) {
    const fields = [
      'cloud_name',
      'platform',
      'region',
      'availability_zone',
      'instance_id',
      'local_hostname',
      'machine',
    ]
    yield {
      kind: 'cloud',
      name: 'instance',
      facts: Object.fromEntries(fields.map((field) => [field, textField(instance[field])])),
    }
  }
  for (const name of ['instance-id', 'previous-instance-id', 'previous-datasource', 'previous-hostname']) {
    const text = host.text(`/var/lib/cloud/data/${name}`, maxTextBytes)
    if (text !== undefined) yield { kind: 'cloud', name, facts: { value: text.trim().slice(0, 1000) } }
  }
  for (const [name, path] of [
    ['machine-id', '/etc/machine-id'],
    ['os-release', '/etc/os-release'],
    ['os-release', '/usr/lib/os-release'],
    ['hostname', '/etc/hostname'],
  ] as const) {
    const text = host.text(path, maxTextBytes)
    if (text !== undefined) yield { kind: 'system', name, facts: { value: text.trim().slice(0, 4000), path } }
  }
}
