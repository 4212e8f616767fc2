// Places of a Linux where a file starts by itself, or its lines say what does.

import { expressionOf } from '../programs/glob.ts'

export interface LinuxPlace {
  readonly category: string
  readonly technique: string
  /** `*` is any part of a name, `**` any folders. */
  readonly globs: readonly string[]
  /** Lines that start something; undefined: the file itself does. */
  readonly line?: RegExp
}

const anyLine = /./
const job = /^[\d*@]/
const unitFolders = [
  '/etc/systemd',
  '/usr/local/lib/systemd',
  '/run/systemd',
  '/home/*/.config/systemd',
  '/root/.config/systemd',
]

export const linuxPlaces: readonly LinuxPlace[] = [
  {
    category: 'Cron',
    technique: 'T1053.003',
    globs: [
      '/etc/crontab',
      '/etc/anacrontab',
      '/etc/cron.d/*',
      '/var/spool/cron/*',
      '/var/spool/cron/crontabs/*',
      '/var/spool/cron/tabs/*',
    ],
    line: job,
  },
  {
    category: 'Cron',
    technique: 'T1053.003',
    globs: ['/etc/cron.hourly/*', '/etc/cron.daily/*', '/etc/cron.weekly/*', '/etc/cron.monthly/*'],
  },
  { category: 'At', technique: 'T1053.002', globs: ['/var/spool/cron/atjobs/*', '/var/spool/at/*'] },
  {
    category: 'Units',
    technique: 'T1543.002',
    globs: unitFolders.flatMap((folder) =>
      ['service', 'timer', 'path', 'socket', 'conf'].flatMap((ending) => [
        `${folder}/system/**/*.${ending}`,
        `${folder}/user/**/*.${ending}`,
      ]),
    ),
    line: /^(?:Exec(?:Start|StartPre|StartPost|Stop|Reload)|OnCalendar|OnBootSec|Unit)\s*=/,
  },
  {
    category: 'Units',
    technique: 'T1543.002',
    globs: ['/etc/systemd/system-generators/*', '/etc/systemd/user-generators/*'],
  },
  { category: 'Preload', technique: 'T1574.006', globs: ['/etc/ld.so.preload'], line: anyLine },
  { category: 'Boot', technique: 'T1037.004', globs: ['/etc/rc.local', '/etc/rc.d/rc.local'], line: anyLine },
  { category: 'Boot', technique: 'T1037.004', globs: ['/etc/init.d/*', '/etc/rc.d/init.d/*'] },
  {
    category: 'Boot',
    technique: 'T1546',
    globs: ['/etc/udev/rules.d/*.rules'],
    line: /\b(?:RUN|PROGRAM|IMPORT)(?:\{[a-z]{1,16}\})?\s*\+?=/,
  },
  {
    category: 'Drivers',
    technique: 'T1547.006',
    globs: ['/etc/modules', '/etc/modules-load.d/*.conf'],
    line: anyLine,
  },
  { category: 'Logon', technique: 'T1546.004', globs: ['/etc/profile.d/*'] },
  { category: 'Logon', technique: 'T1546', globs: ['/etc/update-motd.d/*'] },
  {
    category: 'Logon',
    technique: 'T1547.013',
    globs: [
      '/etc/xdg/autostart/*.desktop',
      '/root/.config/autostart/*.desktop',
      '/home/*/.config/autostart/*.desktop',
    ],
    line: /^Exec\s*=/,
  },
  {
    category: 'SSH keys',
    technique: 'T1098.004',
    globs: ['/root/.ssh/authorized_keys*', '/home/*/.ssh/authorized_keys*'],
    line: anyLine,
  },
  {
    category: 'Authentication',
    technique: 'T1556.003',
    globs: ['/etc/pam.d/*', '/etc/pam.conf'],
    // Programs that it runs, and modules that lie elsewhere.
    line: /\bpam_(?:exec|script|python|perl)\.so\b|\s\/\S+\.so\b/,
  },
  {
    category: 'Rights',
    technique: 'T1548.003',
    globs: ['/etc/sudoers', '/etc/sudoers.d/*'],
    line: /^(?!(?:Defaults|(?:User|Runas|Host|Cmnd|Cmd)_Alias)\b)[^=]{1,255}=/,
  },
]

const expressions = linuxPlaces.map((place) => ({ place, all: place.globs.map(expressionOf) }))

export function linuxPlaceOf(path: string): LinuxPlace | undefined {
  return expressions.find(({ all }) => all.some((expression) => expression.test(path)))?.place
}
