// What bounds the engine. The defaults hold on a busy host within 40 MB.

export interface IncidentOptions {
  /** The host's own addresses: never an attacker's. */
  readonly hostAddresses?: readonly string[]
  /** Reverse proxies, monitoring: never link. Addresses and networks (CIDR); AppError `usage` for what is neither. */
  readonly trustedAddresses?: readonly string[]
  /** Event time without a step after which an incident closes; 24 hours where not given. */
  readonly idleMs?: number
  readonly maxOpen?: number
  readonly maxNodes?: number
  readonly maxLinks?: number
  readonly maxSteps?: number
  /** Bytes of JSON of the events that an incident carries as evidence. */
  readonly maxEvidenceBytes?: number
  /** Events that are remembered because they may belong to a story later. */
  readonly maxNotes?: number
}

export interface Bounds extends Required<IncidentOptions> {
  readonly maxProcesses: number
  readonly maxFiles: number
  readonly maxRequests: number
  readonly maxAddresses: number
  /** Sessions, accounts, schedules, services, containers. */
  readonly maxOthers: number
  /** Of all open incidents together. */
  readonly maxMembers: number
  readonly maxAllEvidenceBytes: number
  readonly maxClosed: number
}

export function boundsOf(options: IncidentOptions): Bounds {
  return {
    hostAddresses: [],
    trustedAddresses: [],
    idleMs: 86_400_000,
    maxOpen: 1000,
    maxNodes: 2000,
    maxLinks: 4000,
    maxSteps: 2000,
    maxEvidenceBytes: 200_000,
    maxNotes: 4096,
    ...options,
    maxProcesses: 8192,
    maxFiles: 4096,
    maxRequests: 2048,
    maxAddresses: 2048,
    maxOthers: 2048,
    maxMembers: 20_000,
    maxAllEvidenceBytes: 8_000_000,
    maxClosed: 100,
  }
}
