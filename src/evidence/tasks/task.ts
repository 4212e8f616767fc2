// What a scheduled task is, whichever file it stands in.

export interface Task {
  readonly format: 'xml' | 'job'
  /** Path within the scheduler, e.g. `\Microsoft\Windows\Defrag\ScheduledDefrag`. */
  readonly uri?: string
  readonly author?: string
  readonly description?: string
  readonly source?: string
  readonly registered?: string
  /** SDDL of who may do what with it. */
  readonly securityDescriptor?: string
  readonly enabled: boolean
  readonly hidden: boolean
  readonly triggers: readonly TaskTrigger[]
  readonly principals: readonly TaskPrincipal[]
  readonly actions: readonly TaskAction[]
  /** Every setting as it is written, by its path below Settings. */
  readonly settings: Readonly<Record<string, string>>
  /** Of a .job file. */
  readonly lastRun?: string
  readonly exitCode?: number
  readonly status?: number
}

export interface TaskTrigger {
  /** As the schema names it, e.g. `LogonTrigger`, `TimeTrigger`, `CalendarTrigger`, `EventTrigger`. */
  readonly type: string
  readonly enabled: boolean
  readonly startBoundary?: string
  readonly endBoundary?: string
  /** Everything else as it is written, by its path below the trigger, e.g. `Repetition/Interval`. */
  readonly fields: Readonly<Record<string, string>>
}

export interface TaskPrincipal {
  readonly id?: string
  readonly userId?: string
  readonly groupId?: string
  readonly displayName?: string
  readonly logonType?: string
  readonly runLevel?: string
}

export type TaskAction =
  | {
      readonly type: 'exec'
      readonly command: string
      readonly arguments?: string
      readonly workingDirectory?: string
    }
  | { readonly type: 'com-handler'; readonly classId: string; readonly data?: string }
  | { readonly type: 'send-email' | 'show-message'; readonly fields: Readonly<Record<string, string>> }
