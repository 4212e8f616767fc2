// What a tier of the process sensor is: one way to see processes. It hands plain facts to the sink, which makes Events
// of them and feeds the process table, so that both are written once.

import type { SensorContext } from '../sensor.ts'

/** User and group ids of a process (credentials(7)). */
export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly euid: number
  readonly egid: number
  readonly suid: number
  readonly sgid: number
  /** Effective capabilities as a bit set (capabilities(7): bit N is number N); below 2^53. Undefined when not known. */
  readonly effective?: number
}

/** The file that was executed, from its inode. */
export interface ExecutableFile {
  /** The kernel's dev_t: major above bit 20, minor below. */
  readonly device: number
  /** Decimal. */
  readonly inode: string
  /** File type and permission bits (inode(7)). */
  readonly mode: number
  readonly links: number
  readonly uid: number
  readonly gid: number
  /** Bytes. */
  readonly size: number
  /** Decimal nanoseconds since 1970. */
  readonly ctimeNs: string
}

/** The process that a fact is about. */
export interface Subject {
  readonly pid: number
  /** Start since boot in nanoseconds (CLOCK_BOOTTIME); whole 10 ms where it comes from /proc. */
  readonly startNs: number
}

/** Nanoseconds since boot (CLOCK_BOOTTIME) or milliseconds since 1970, whichever the source has. */
export type FactTime = { readonly bootNs: number } | { readonly wallMs: number }

export interface ExecFact extends Subject {
  readonly time: FactTime
  /** comm: at most 15 bytes. */
  readonly name: string
  /** Absolute where the tier can tell; empty when it cannot. */
  readonly executable: string
  /** As it was given to execve(2): a script's own path, or relative; empty when unknown. */
  readonly filename: string
  readonly args: readonly string[]
  readonly argsTruncated: boolean
  /** Undefined when unknown. */
  readonly workingDirectory?: string
  readonly parentPid: number
  /** 0 when unknown. */
  readonly parentStartNs: number
  /** Process group's session leader; 0 when unknown. */
  readonly sessionLeader: number
  /** Undefined when unknown. */
  readonly credentials?: Credentials
  /** 4294967295 for none or unknown. */
  readonly auid: number
  /** Audit session; 4294967295 for none or unknown. */
  readonly session: number
  /** Decimal; `0` when unknown. */
  readonly cgroupId: string
  /** Controlling terminal as in /proc/PID/stat (`tty_nr`); 0 for none. */
  readonly tty: number
  readonly file?: ExecutableFile
  /** The executable has no name in any folder: made by memfd_create(2). */
  readonly memfd?: boolean
}

export interface ExitFact extends Subject {
  readonly time: FactTime
  /** As wait(2) has it: exit code in bits 8 to 15, signal in bits 0 to 6. Undefined when unknown. */
  readonly status?: number
  /** Thread of the kernel: forgotten without an event. */
  readonly kernelThread?: boolean
}

export interface ForkFact extends Subject {
  readonly time: FactTime
  readonly parentPid: number
  /** 0 when unknown. */
  readonly parentStartNs: number
  readonly kernelThread?: boolean
}

/** Credentials of a process have changed by a system call, or without any. */
export interface CredentialFact extends Subject {
  readonly time: FactTime
  /** E.g. `setuid`; empty when no call was seen. */
  readonly call: string
  readonly credentials: Credentials
}

export interface PtraceFact extends Subject {
  readonly time: FactTime
  /** `attach`, `seize` or `process_vm_writev`. */
  readonly request: string
  readonly targetPid: number
  /** 0 or an errno; undefined when unknown. */
  readonly error?: number
}

export interface MemfdFact extends Subject {
  readonly time: FactTime
  readonly name: string
}

export interface ModuleFact extends Subject {
  readonly time: FactTime
  /** Name of the module; empty when unknown. */
  readonly name: string
  /** Path of its file; undefined when unknown. */
  readonly path?: string
  /** 0 or an errno. */
  readonly error: number
}

/** A process that lives now: from a snapshot of the kernel's tasks or of /proc. */
export type SeenFact = Omit<ExecFact, 'time'> & { readonly kernelThread: boolean }

/** Takes the facts of the tier that stands. Never throws. */
export interface ProcessSink {
  readonly context: SensorContext
  exec(fact: ExecFact): void
  exit(fact: ExitFact): void
  fork(fact: ForkFact): void
  change(fact: CredentialFact): void
  ptrace(fact: PtraceFact): void
  memfd(fact: MemfdFact): void
  module(fact: ModuleFact): void
  /** A loss that the tier has told to `context.lost`: the sensor takes a new snapshot soon. */
  resyncSoon(): void
}

export interface ProcessTier {
  /** `ebpf`, `audit-unicast`, `audit-multicast`, `proc-connector` or `polling`: also the provider of its events. */
  readonly id: string
  /** Throws with the reason when it cannot stand. */
  start(): void | Promise<void>
  tick(): void
  /** Forgets what it holds of the past: a new snapshot is being taken. */
  resync(): void
  /** How much waits to be taken, in any unit; a tier without it takes all in each tick. */
  pending?(): number
  /** Program starts so far, handed on and lost: a tier that has this is compared with an independent count. */
  execsSeen?(): number
  facts(): Record<string, number | string>
  stop(): void | Promise<void>
}

export type ProcessTierFactory = (sink: ProcessSink) => ProcessTier
