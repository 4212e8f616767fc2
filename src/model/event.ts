// What a sensor saw, in the names of the Elastic Common Schema (ECS 9): nested as in its documents, absent where nothing
// is known. What ECS has no name for is below `hx`. Events are plain data: they cross threads as JSON.

export const eventDatasets = [
  'hx.process',
  'hx.network',
  'hx.dns',
  'hx.file',
  'hx.login',
  'hx.history',
  'hx.service',
  'hx.schedule',
  'hx.log',
  'hx.verdict',
  'hx.detection',
  'hx.incident',
  'hx.response',
  'hx.health',
] as const

export type EventDataset = (typeof eventDatasets)[number]

/** Allowed values of event.category (ECS 9). */
export type EventCategory =
  | 'authentication'
  | 'configuration'
  | 'database'
  | 'driver'
  | 'file'
  | 'host'
  | 'iam'
  | 'intrusion_detection'
  | 'malware'
  | 'network'
  | 'package'
  | 'process'
  | 'session'
  | 'web'

/** Allowed values of event.type (ECS 9) that are in use here. */
export type EventType =
  | 'access'
  | 'allowed'
  | 'change'
  | 'connection'
  | 'creation'
  | 'deletion'
  | 'denied'
  | 'end'
  | 'error'
  | 'group'
  | 'info'
  | 'protocol'
  | 'start'
  | 'user'

export interface EventInfo {
  readonly kind: 'event' | 'alert' | 'state' | 'metric'
  readonly category: readonly EventCategory[]
  readonly type: readonly EventType[]
  /** What happened, e.g. `exec`, `connect`, `logon`, `setuid-added`. */
  readonly action: string
  readonly dataset: EventDataset
  /** Where it was seen, e.g. `ebpf`, `audit`, `fanotify`, `journal`, `utmp`. */
  readonly provider: string
  readonly outcome?: 'success' | 'failure' | 'unknown'
  readonly reason?: string
  /** 1 (for the record) to 99 (act now); absent is 1. */
  readonly severity?: number
  /** Given by the pipeline: grows by one with each event of a store, across restarts. */
  sequence?: number
}

export interface UserInfo {
  readonly id?: string
  name?: string
  readonly group?: { readonly id?: string; readonly name?: string }
  /** After `su`, `sudo` or a change of credentials. */
  readonly effective?: { readonly id?: string; name?: string }
  readonly target?: { readonly id?: string; readonly name?: string }
}

export interface HashInfo {
  readonly sha256?: string
}

/** A process as others see it: enough to name it and to find its own events. */
export interface ProcessInfo {
  /** `BOOT:PID:START` (first 8 digits of the boot id, pid, start in clock ticks since boot): never used twice. */
  readonly entity_id?: string
  readonly pid: number
  /** comm: at most 15 bytes, chosen by the process. */
  readonly name?: string
  readonly executable?: string
  readonly args?: readonly string[]
  readonly args_count?: number
  readonly command_line?: string
  readonly working_directory?: string
  /** ISO 8601. */
  readonly start?: string
  readonly end?: string
  readonly exit_code?: number
  readonly interactive?: boolean
  readonly tty?: { readonly char_device: { readonly major: number; readonly minor: number } }
  hash?: HashInfo
  readonly user?: UserInfo
  readonly real_user?: UserInfo
  readonly saved_user?: UserInfo
  readonly thread?: {
    readonly id?: number
    readonly capabilities?: { readonly effective?: readonly string[]; readonly permitted?: readonly string[] }
  }
  readonly parent?: ProcessInfo
  readonly session_leader?: { readonly pid: number }
}

export interface FileInfo {
  readonly path?: string
  readonly name?: string
  readonly target_path?: string
  readonly type?: 'file' | 'dir' | 'symlink' | 'device' | 'fifo' | 'socket'
  /** Decimal. */
  readonly inode?: string
  /** `MAJOR:MINOR`. */
  readonly device?: string
  /** Octal, e.g. `0755`. */
  readonly mode?: string
  readonly uid?: string
  readonly gid?: string
  owner?: string
  readonly size?: number
  readonly mtime?: string
  readonly ctime?: string
  readonly hash?: HashInfo
  readonly mime_type?: string
}

export interface EndpointInfo {
  readonly ip?: string
  readonly port?: number
  readonly address?: string
  readonly domain?: string
}

export interface ContainerInfo {
  readonly id: string
  readonly name?: string
  readonly runtime?: string
  readonly image?: { readonly name?: string }
  /** Where its root file system lies on the host: paths of its processes are below it. Not in ECS. */
  readonly root?: string
}

/** What Haechi adds to ECS; each sensor documents its own fields in its folder, the agent for Windows in `agent/agent.md`. */
export interface HaechiInfo {
  readonly process?: {
    /** Login uid (audit): who logged in, kept through su and sudo; absent when there was no login. */
    readonly auid?: number
    /** Audit session. */
    readonly session?: number
    /** Windows: the logon session in which it runs, e.g. `0x1f2e3d`; absent for those of the system itself. */
    readonly logon_id?: string
    readonly cgroup_id?: string
    /** Executable without a name: from memfd_create(2), or deleted. */
    readonly memfd?: boolean
    readonly deleted?: boolean
    readonly args_truncated?: boolean
    /** Signal that ended it. */
    readonly signal?: number
    readonly [key: string]: unknown
  }
  readonly login?: {
    /** password, publickey, console, su, sudo, … */
    readonly method?: string
    readonly session?: string
    readonly tty?: string
    readonly [key: string]: unknown
  }
  readonly detection?: DetectionInfo
  readonly web?: WebAttackInfo
  /** Of `hx.incident`. */
  readonly incident?: { readonly id: number; readonly level: string; readonly score: number }
  /** What the engine says of the executable or file. */
  verdict?: { readonly status: string; readonly names: readonly string[] }
  readonly loss?: {
    readonly source: string
    readonly count: number
    /** ISO 8601; when known. */
    readonly from?: string
    readonly to?: string
  }
  readonly [key: string]: unknown
}

/** Of `hx.detection`: which rule, on what, and what it concluded it from. */
export interface DetectionInfo {
  readonly source: 'sigma' | 'weblog'
  /** Sigma's, or made of the confidence: informational, low, medium, high, critical. */
  readonly level: string
  /** event.sequence of the events that it is about; the last one is the event that it copies its fields from. */
  readonly of: readonly number[]
  readonly description?: string
  readonly author?: string
  readonly license?: string
  readonly references?: readonly string[]
  readonly false_positives?: readonly string[]
  /** Of a correlation: the fields that it is grouped by, and the value that met the condition. */
  readonly group?: Readonly<Record<string, string>>
  readonly value?: number
}

/** What was found in a line of a web server's log. */
export interface WebAttackInfo {
  readonly class: string
  readonly detector: string
  /** Where in the request: path, query, header, … and the parameter's name. */
  readonly place: string
  readonly name: string
  /** Decoded, at most 512 characters. */
  readonly value: string
  readonly why: string
  /** 0 to 100. */
  readonly confidence: number
  readonly cwe: string
  readonly outcome: 'failed' | 'attempted' | 'possible' | 'likely' | 'confirmed'
  readonly method: string
  readonly target: string
  readonly status: number
  readonly bytes: number
  readonly user_agent: string
  readonly host: string
  /** Requests of this address with findings so far. */
  readonly count: number
}

export interface Event {
  /** When it happened: ISO 8601, UTC, microseconds where the source has them. */
  readonly '@timestamp': string
  readonly event: EventInfo
  /** One line for people. */
  readonly message?: string
  readonly process?: ProcessInfo
  readonly user?: UserInfo
  readonly group?: { readonly id?: string; readonly name?: string }
  readonly file?: FileInfo
  readonly source?: EndpointInfo
  readonly destination?: EndpointInfo
  readonly network?: {
    readonly transport?: 'tcp' | 'udp' | 'icmp'
    readonly type?: 'ipv4' | 'ipv6'
    readonly direction?: 'ingress' | 'egress'
    readonly community_id?: string
  }
  readonly dns?: {
    readonly id?: string
    readonly type?: 'query' | 'answer'
    readonly question?: { readonly name: string; readonly type: string }
    readonly response_code?: string
    readonly resolved_ip?: readonly string[]
  }
  readonly service?: {
    readonly name?: string
    readonly state?: string
    readonly type?: string
    readonly id?: string
  }
  readonly log?: {
    readonly file?: { readonly path: string }
    readonly offset?: number
    readonly syslog?: { readonly appname?: string; readonly procid?: string; readonly hostname?: string }
  }
  readonly rule?: { readonly id?: string; readonly name?: string; readonly ruleset?: string }
  readonly threat?: { readonly technique?: { readonly id: readonly string[] } }
  container?: ContainerInfo
  readonly hx?: HaechiInfo
}
