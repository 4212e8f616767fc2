// A flow: two addresses and the process at this end, the same for every source of the network sensor.

import type { ProcessInfo } from '../../model/index.ts'

export interface Address {
  readonly ip: string
  /** 0 when not known. */
  readonly port: number
}

export interface Flow {
  readonly transport: 'tcp' | 'udp'
  /** Who began; undefined when not known, and for what only listens. */
  readonly direction?: 'ingress' | 'egress'
  readonly local: Address
  /** Undefined for what listens. */
  readonly remote?: Address
  readonly process?: ProcessInfo
  /** How the process is known, when it did not call the kernel itself. */
  readonly processSource?: ProcessSource
  readonly uid?: number
  /** Number of the network namespace, when it is not the one of the host. */
  readonly netns?: number
  /** Made when it is told first: its end is told too. */
  communityId?: string | undefined
}

/**
 * `listener`: the process that listens, nobody has accepted yet; `descriptor`: found by its open descriptors, later;
 * `unknown`: began unseen.
 */
export type ProcessSource = 'listener' | 'descriptor' | 'unknown'

export function flowType(flow: Flow): 'ipv4' | 'ipv6' {
  return (flow.remote ?? flow.local).ip.includes(':') ? 'ipv6' : 'ipv4'
}

/** `1.2.3.4:80`, `[::1]:80`, without the port when it is not known. */
export function addressText({ ip, port }: Address): string {
  const host = ip.includes(':') ? `[${ip}]` : ip
  return port === 0 ? host : `${host}:${port}`
}
