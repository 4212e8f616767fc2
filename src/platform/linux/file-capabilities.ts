// File capabilities: the extended attribute security.capability (capabilities(7), struct vfs_cap_data of
// linux/capability.h), which lets a program do more than its user may.

import { libc } from './libc.ts'

const lgetxattr = libc.func('long lgetxattr(const void *path, const char *name, void *value, size_t size)')

/** Versions 1, 2 and 3 of the attribute, by the highest byte of its first word, and their sizes. */
const sizes: Readonly<Record<number, number>> = { 1: 12, 2: 20, 3: 24 }
const effectiveFlag = 1
/** In the kernel's order: the number of a capability is its place here. */
const capabilityNames = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT ' +
  'SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP ' +
  'MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`)

export interface FileCapabilities {
  readonly permitted: readonly string[]
  readonly inheritable: readonly string[]
  /** Whether the permitted ones are effective from the start of the program. */
  readonly effective: boolean
  /** User id of the root of the user namespace they belong to (version 3); 0 for the host's. */
  readonly rootId: number
}

const value = Buffer.alloc(64)

/** Of the file itself, links are not followed; `path`: bytes in a latin1 string. Undefined when it has none. */
export function readFileCapabilities(path: string): FileCapabilities | undefined {
  const length: number = lgetxattr(Buffer.from(`${path}\0`, 'latin1'), 'security.capability', value, 64)
  return length < 0 ? undefined : parseFileCapabilities(value.subarray(0, length))
}

/** Undefined when the attribute is none of the known versions. */
export function parseFileCapabilities(attribute: Buffer): FileCapabilities | undefined {
  if (attribute.length < 4) return undefined
  const magic = attribute.readUInt32LE(0)
  const version = magic >>> 24
  if (sizes[version] !== attribute.length) return undefined
  const isWide = version > 1
  return {
    permitted: namesOf(attribute.readUInt32LE(4), isWide ? attribute.readUInt32LE(12) : 0),
    inheritable: namesOf(attribute.readUInt32LE(8), isWide ? attribute.readUInt32LE(16) : 0),
    effective: (magic & effectiveFlag) !== 0,
    rootId: version === 3 ? attribute.readUInt32LE(20) : 0,
  }
}

function namesOf(low: number, high: number): string[] {
  const names: string[] = []
  for (let bit = 0; bit < 64; bit++) {
    const word = bit < 32 ? low : high
    if (((word >>> (bit % 32)) & 1) === 1) names.push(capabilityNames[bit] ?? `CAP_${bit}`)
  }
  return names
}

/** As getcap(8) writes them, e.g. `cap_net_raw=ep`; several sets are separated by a space. */
export function capabilityText(capabilities: FileCapabilities): string {
  const both = capabilities.permitted.filter((name) => capabilities.inheritable.includes(name))
  const e = capabilities.effective ? 'e' : ''
  const groups: [readonly string[], string][] = [
    [both, `${e}ip`],
    [capabilities.permitted.filter((name) => !both.includes(name)), `${e}p`],
    [capabilities.inheritable.filter((name) => !both.includes(name)), `${e}i`],
  ]
  const texts = groups.flatMap(([names, flags]) =>
    names.length === 0 ? [] : [`${names.join(',').toLowerCase()}=${flags}`],
  )
  return texts.join(' ')
}
