// One trace that a program ran, a file was opened, a folder was seen, or something was typed; what the registry keeps of it.

export type ActivitySource =
  | 'UserAssist'
  | 'BAM'
  | 'DAM'
  | 'ShimCache'
  | 'Amcache'
  | 'MUICache'
  | 'FeatureUsage'
  | 'Compatibility Assistant'
  | 'RecentApps'
  | 'RunMRU'
  | 'TypedPaths'
  | 'TypedURLs'
  | 'RecentDocs'
  | 'OpenSaveMRU'
  | 'LastVisitedMRU'
  | 'WordWheelQuery'
  | 'ShellBags'
  | 'Map Network Drive MRU'
  | 'Terminal Server Client'
  | 'MountPoints2'

export interface Activity {
  readonly source: ActivitySource
  /** A path, a command, an address, a search. */
  readonly what: string
  /** ISO 8601 with 100 ns; absent where the source has no time for it. */
  readonly time?: string
  /** What happened at that time, e.g. `last run`. */
  readonly timeIs?: string
  readonly runCount?: number
  readonly user?: string
  /** Where it stands, below the hive's root. */
  readonly key: string
  /** What else the source tells, by its own names. */
  readonly details: Readonly<Record<string, string | number>>
}

/** `time` and `timeIs`, where there is one. */
export function at(time: string | undefined, timeIs: string): Pick<Activity, 'time' | 'timeIs'> {
  return time === undefined ? {} : { time, timeIs }
}
