// The ways to see processes, best first. Each is tried; the first that stands is used.

import { EbpfTier } from './ebpf/tier.ts'
import { auditTier } from './audit.ts'
import { pollingTier } from './polling.ts'
import { procConnectorTier } from './proc-connector.ts'
import type { ProcessTierFactory } from './tier.ts'

export interface TierEntry {
  readonly id: string
  readonly open: ProcessTierFactory
}

export const tiers: readonly TierEntry[] = [
  { id: 'ebpf', open: (sink) => new EbpfTier(sink) },
  // Stands as audit-unicast, or as audit-multicast beside a running auditd.
  { id: 'audit', open: auditTier },
  { id: 'proc-connector', open: procConnectorTier },
  { id: 'polling', open: pollingTier },
]
