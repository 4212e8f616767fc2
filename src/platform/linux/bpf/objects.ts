// All BPF programs, maps and links that the kernel has loaded, by their ids (bpf(2)): also those of others, also those that
// nothing in the file system names.

import { BpfObject, addressOf, bpf, bpfFault } from './system-call.ts'
import { errno } from '../libc.ts'

const kinds = {
  program: { next: 11, open: 13, infoBytes: 232 },
  map: { next: 12, open: 14, infoBytes: 88 },
  link: { next: 31, open: 30, infoBytes: 64 },
} as const
const objectInfo = 15
const noEntry = 2
const maxObjects = 100_000

const programTypes = [
  'unspec',
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'ext',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
] as const
const linkTypes = [
  'unspec',
  'raw_tracepoint',
  'tracing',
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'perf_event',
  'kprobe_multi',
  'struct_ops',
  'netfilter',
  'tcx',
  'uprobe_multi',
  'netkit',
] as const

export interface BpfProgramInfo {
  readonly id: number
  readonly type: string
  readonly name: string
  /** What `bpf_prog_TAG` in kallsyms has, in hexadecimal. */
  readonly tag: string
  /** Bytes of machine code. */
  readonly jitedBytes: number
  /** Nanoseconds since boot. */
  readonly loadedNs: number
  readonly createdByUid: number
  readonly mapCount: number
}

export interface BpfMapInfo {
  readonly id: number
  readonly type: number
  readonly name: string
  readonly keyBytes: number
  readonly valueBytes: number
  readonly maxEntries: number
}

export interface BpfLinkInfo {
  readonly id: number
  readonly type: string
  readonly programId: number
  /** Where it is hung in; undefined when the kernel says nothing. */
  readonly attachType?: number
  readonly targetId?: number
}

/** Throws AppError: `permission`, `unsupported`. */
export function listBpfPrograms(): BpfProgramInfo[] {
  return list('program', (info, id) => ({
    id,
    type: programTypes[info.readUInt32LE(0)] ?? String(info.readUInt32LE(0)),
    tag: info.toString('hex', 8, 16),
    jitedBytes: info.readUInt32LE(16),
    loadedNs: Number(info.readBigUInt64LE(40)),
    createdByUid: info.readUInt32LE(48),
    mapCount: info.readUInt32LE(52),
    name: nameAt(info, 64),
  }))
}

/** Throws AppError. */
export function listBpfMaps(): BpfMapInfo[] {
  return list('map', (info, id) => ({
    id,
    type: info.readUInt32LE(0),
    keyBytes: info.readUInt32LE(8),
    valueBytes: info.readUInt32LE(12),
    maxEntries: info.readUInt32LE(16),
    name: nameAt(info, 24),
  }))
}

/** Throws AppError: `unsupported` on kernels before 5.8. */
export function listBpfLinks(): BpfLinkInfo[] {
  return list('link', (info, id) => {
    const type = info.readUInt32LE(0)
    const name = linkTypes[type] ?? String(type)
    return {
      id,
      type: name,
      programId: info.readUInt32LE(8),
      ...(name === 'tracing' ? { attachType: info.readUInt32LE(16), targetId: info.readUInt32LE(20) } : {}),
      // Of a cgroup link: its cgroup, then the type.
      ...(name === 'cgroup'
        ? { targetId: Number(info.readBigUInt64LE(16)), attachType: info.readUInt32LE(24) }
        : {}),
    }
  })
}

function list<T>(kind: keyof typeof kinds, row: (info: Buffer, id: number) => T): T[] {
  const { next, open, infoBytes } = kinds[kind]
  const rows: T[] = []
  for (let id = 0; rows.length < maxObjects;) {
    const attributes = Buffer.alloc(16)
    attributes.writeUInt32LE(id, 0)
    if (bpf(next, attributes) < 0) {
      if (errno() === noEntry) break
      throw bpfFault(`the list of BPF ${kind}s cannot be read`)
    }
    id = attributes.readUInt32LE(4)
    const info = infoOf(open, id, infoBytes)
    // Gone between the list and the look.
    if (info !== undefined) rows.push(row(info, id))
  }
  return rows
}

function infoOf(open: number, id: number, infoBytes: number): Buffer | undefined {
  const request = Buffer.alloc(16)
  request.writeUInt32LE(id, 0)
  const fd = bpf(open, request)
  if (fd < 0) {
    if (errno() === noEntry) return undefined
    throw bpfFault(`BPF object ${id} cannot be looked at`)
  }
  using object = new BpfObject(fd)
  const info = Buffer.alloc(infoBytes)
  const attributes = Buffer.alloc(16)
  attributes.writeUInt32LE(object.fd, 0)
  attributes.writeUInt32LE(infoBytes, 4)
  attributes.writeBigUInt64LE(addressOf(info), 8)
  return bpf(objectInfo, attributes) < 0 ? undefined : info
}

function nameAt(info: Buffer, at: number): string {
  const bytes = info.subarray(at, at + 16)
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
}
