// One unit, or init script, as its files describe it: enough to see what it would run, as whom, and whether it starts
// by itself.

export type EnabledState =
  | 'enabled'
  | 'enabled-runtime'
  | 'linked'
  | 'linked-runtime'
  | 'alias'
  | 'masked'
  | 'masked-runtime'
  | 'static'
  | 'disabled'
  | 'indirect'
  | 'generated'
  | 'transient'

export interface DropIn {
  readonly path: string
  readonly sha256: string
}

export interface Unit {
  readonly name: string
  /** `service`, `timer`, …; `drop-in` for settings of a whole type; `init-script`, `openrc`, `runit`. */
  readonly type: string
  /** `system`, `user`, `user:NAME`. */
  readonly scope: string
  /** The file that counts, as text, without the root. */
  readonly path: string
  /** As `systemctl is-enabled` says. */
  readonly enabled: EnabledState
  /** Of an alias: the unit's own name. */
  readonly aliasOf?: string
  /** `ExecStart=` and its like, as written, one each. At most 4096 characters in all. */
  readonly exec: readonly string[]
  readonly execTruncated: boolean
  readonly user?: string
  /** Empty when the file cannot be read. */
  readonly sha256: string
  /** ISO 8601; empty when the file cannot be read. */
  readonly mtime: string
  readonly dropIns: readonly DropIn[]
  /** Targets or runlevels whose start starts it. */
  readonly wantedBy: readonly string[]
}

/** What names a unit among all. */
export function unitKey({ scope, name }: Pick<Unit, 'scope' | 'name'>): string {
  return `${scope}/${name}`
}

/** What is known of all units at one time. */
export interface UnitScan {
  readonly units: ReadonlyMap<string, Unit>
  readonly problems: readonly string[]
  /** To be watched; bytes in latin1 strings. */
  readonly folders: ReadonlySet<string>
  /** When the file of a unit changed, by its key: milliseconds since 1970. */
  readonly changedMs: ReadonlyMap<string, number>
}

const maxExecLength = 4096

export function clippedExec(commands: readonly string[]): Pick<Unit, 'exec' | 'execTruncated'> {
  const exec: string[] = []
  let left = maxExecLength
  for (const command of commands) {
    if (left <= 0) return { exec, execTruncated: true }
    exec.push(command.slice(0, left))
    left -= command.length
  }
  return { exec, execTruncated: left < 0 }
}
