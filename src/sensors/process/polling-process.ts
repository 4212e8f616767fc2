// One process as /proc has it (proc(5)), with what only the tiers below eBPF have to look up there: the group and the
// start of its parent. It may end at any time; a part that could not be read is left empty, never made up.

import { readFileSync, statSync } from 'node:fs'

import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { processFromProc } from './proc-facts.ts'
import type { ExecutableFile, SeenFact } from './tier.ts'

export const tickNs = 10_000_000

/** Undefined when there is no such process (any more). Without arguments, `argsTruncated` says that they are missing. */
export function readProcess(pid: number): SeenFact | undefined {
  const fact = processFromProc('/proc', pid)
  if (fact === undefined) return undefined
  return {
    ...fact,
    argsTruncated: fact.argsTruncated || (fact.args.length === 0 && !fact.kernelThread),
    parentStartNs: (readProcessStat(fact.parentPid)?.startTicks ?? 0) * tickNs,
    cgroupId: readCgroupId(pid),
  }
}

/** The file behind a path; undefined when it cannot be read. */
export function executableFile(path: string): ExecutableFile | undefined {
  try {
    const { dev, ino, mode, nlink, uid, gid, size, ctimeNs } = statSync(path, { bigint: true })
    return {
      device: kernelDevice(dev),
      inode: String(ino),
      mode: Number(mode),
      links: Number(nlink),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      ctimeNs: String(ctimeNs),
    }
  } catch {
    return undefined
  }
}

/** The C library spreads the numbers over 64 bits; the kernel's own has the minor number in its lower 20. */
function kernelDevice(device: bigint): number {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n)
  return Number(major) * 2 ** 20 + Number(minor)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

const cgroupIds = new Map<string, { readonly id: string; readonly readAtMs: number }>()
const cgroupFreshMs = 10_000
const maxCgroups = 1024

/** Number of the process's group in the v2 tree, decimal (its folder's inode); `0` when unknown. */
export function readCgroupId(pid: number): string {
  const path = /^0::(\/.*)$/m.exec(readText(`/proc/${pid}/cgroup`))?.[1]
  if (path === undefined) return '0'
  const known = cgroupIds.get(path)
  const now = performance.now()
  if (known !== undefined && now - known.readAtMs < cgroupFreshMs) return known.id
  if (cgroupIds.size >= maxCgroups) cgroupIds.clear()
  const id = folderInode(`/sys/fs/cgroup${path}`) ?? folderInode(`/sys/fs/cgroup/unified${path}`) ?? '0'
  cgroupIds.set(path, { id, readAtMs: now })
  return id
}

function folderInode(path: string): string | undefined {
  try {
    return String(statSync(Buffer.from(path, 'latin1'), { bigint: true }).ino)
  } catch {
    return undefined
  }
}
