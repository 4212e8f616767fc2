// Where schedules are kept: cron as Debian, Red Hat, SUSE and Alpine lay it out, anacron, at.

export type PlaceKind =
  | 'system-crontab'
  | 'user-crontabs'
  | 'crontab-folder'
  | 'scripts'
  | 'anacrontab'
  | 'at'

export interface Place {
  readonly path: string
  readonly kind: PlaceKind
  /** Of scripts: how often they are run. */
  readonly schedule?: string
}

export const places: readonly Place[] = [
  { path: '/etc/crontab', kind: 'system-crontab' },
  { path: '/etc/cron.d', kind: 'crontab-folder' },
  { path: '/etc/cron.hourly', kind: 'scripts', schedule: '@hourly' },
  { path: '/etc/cron.daily', kind: 'scripts', schedule: '@daily' },
  { path: '/etc/cron.weekly', kind: 'scripts', schedule: '@weekly' },
  { path: '/etc/cron.monthly', kind: 'scripts', schedule: '@monthly' },
  { path: '/etc/cron.yearly', kind: 'scripts', schedule: '@yearly' },
  { path: '/etc/periodic/15min', kind: 'scripts', schedule: '*/15 * * * *' },
  { path: '/etc/periodic/hourly', kind: 'scripts', schedule: '@hourly' },
  { path: '/etc/periodic/daily', kind: 'scripts', schedule: '@daily' },
  { path: '/etc/periodic/weekly', kind: 'scripts', schedule: '@weekly' },
  { path: '/etc/periodic/monthly', kind: 'scripts', schedule: '@monthly' },
  { path: '/etc/crontabs', kind: 'user-crontabs' },
  { path: '/var/spool/cron', kind: 'user-crontabs' },
  { path: '/var/spool/cron/crontabs', kind: 'user-crontabs' },
  { path: '/var/spool/cron/tabs', kind: 'user-crontabs' },
  { path: '/etc/anacrontab', kind: 'anacrontab' },
  { path: '/var/spool/cron/atjobs', kind: 'at' },
  { path: '/var/spool/at', kind: 'at' },
  { path: '/var/spool/atjobs', kind: 'at' },
]

/** Whether a path (text, with the root taken off) is in a place, so that a change there may be one of a schedule. */
export function isSchedulePath(path: string): boolean {
  return (
    places.some((place) => path === place.path || path.startsWith(`${place.path}/`)) ||
    /\/systemd\/(?:system|user)(?:\.control)?\//.test(path)
  )
}
