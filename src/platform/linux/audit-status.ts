// `struct audit_status` (linux/audit.h): how the kernel's audit system stands, and the parts of it that may be set.

export interface AuditStatus {
  /** 0 off, 1 on, 2 on and locked until the next boot. */
  readonly enabled: number
  /** What the kernel does when it loses a record: 0 nothing, 1 print, 2 panic. */
  readonly failure: number
  /** Process that records are sent to; 0 for none. */
  readonly pid: number
  /** Records a second; 0 without limit. */
  readonly rateLimit: number
  /** Records that may wait in the kernel. */
  readonly backlogLimit: number
  /** Records lost since boot. */
  readonly lost: number
  /** Records that wait now. */
  readonly backlog: number
  /** Ticks of the kernel's clock that a process waits when the backlog is full. */
  readonly backlogWaitTime: number
}

/** What is to be changed; the rest stays. */
export type AuditChange = Partial<Pick<AuditStatus, 'enabled' | 'pid' | 'backlogLimit' | 'backlogWaitTime'>>

const statusBytes = 44
const at = {
  mask: 0,
  enabled: 4,
  failure: 8,
  pid: 12,
  rateLimit: 16,
  backlogLimit: 20,
  lost: 24,
  backlog: 28,
  backlogWaitTime: 36,
} as const
const bits = { enabled: 0x1, pid: 0x4, backlogLimit: 0x10, backlogWaitTime: 0x20 } as const

/** Undefined when the bytes are too few. Kernels before 3.14 know no waiting time: it is 0 there. */
export function decodeStatus(data: Buffer): AuditStatus | undefined {
  if (data.length < 32) return undefined
  return {
    enabled: data.readUInt32LE(at.enabled),
    failure: data.readUInt32LE(at.failure),
    pid: data.readUInt32LE(at.pid),
    rateLimit: data.readUInt32LE(at.rateLimit),
    backlogLimit: data.readUInt32LE(at.backlogLimit),
    lost: data.readUInt32LE(at.lost),
    backlog: data.readUInt32LE(at.backlog),
    backlogWaitTime: data.length >= at.backlogWaitTime + 4 ? data.readUInt32LE(at.backlogWaitTime) : 0,
  }
}

export function encodeChange(change: AuditChange): Buffer {
  const data = Buffer.alloc(statusBytes)
  let mask = 0
  for (const name of ['enabled', 'pid', 'backlogLimit', 'backlogWaitTime'] as const) {
    const value = change[name]
    if (value === undefined) continue
    mask |= bits[name]
    data.writeUInt32LE(value, at[name])
  }
  data.writeUInt32LE(mask, at.mask)
  return data
}
