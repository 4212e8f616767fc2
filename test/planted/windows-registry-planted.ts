// What the hives of the examined Windows must tell.

import { rubeusSha1 } from './windows-hives.ts'
import { deletedKeyPath } from './windows-image.ts'
import { software, system, sam, user, classes, run, autorun, type WindowsRow } from './windows-row.ts'

export const registryRows: readonly WindowsRow[] = [
  {
    name: 'Run key',
    files: [software],
    told: [
      autorun(
        { key: /\\CurrentVersion\\Run$/, entry: 'OneDrv', command: 'C:\\ProgramData\\onedrv\\sync.exe /bg' },
        '2026-04-11T02:11:00.1000001Z',
      ),
    ],
  },
  {
    name: 'RunOnce key that only a transaction log has',
    files: [`${user}/NTUSER.DAT`, `${user}/ntuser.dat.LOG1`],
    told: [
      autorun(
        { entry: 'late', command: 'C:\\Users\\mina\\AppData\\Local\\Temp\\late.exe', user: 'mina' },
        '2026-04-11T02:10:00.9000000Z',
      ),
    ],
    finding: { rule: 'unusual-autostart', what: /^late: C:\\Users\\mina\\/ },
  },
  {
    name: 'service with a library of its own in svchost',
    files: [system],
    told: [
      {
        kind: 'service',
        data: {
          name: 'NetCfgHelp',
          library: 'C:\\Users\\Public\\ncfg.dll',
          start: 'auto',
          account: 'LocalSystem',
        },
        time: { at: '2026-04-11T02:15:00.5000000Z', is: 'service key written' },
      },
    ],
  },
  {
    name: 'debugger of an accessibility program',
    files: [software],
    told: [
      autorun(
        { key: /\\Image File Execution Options\\sethc\.exe$/, command: 'C:\\Windows\\System32\\cmd.exe' },
        '2026-04-11T02:12:00.2000000Z',
      ),
    ],
    finding: { rule: 'unusual-autostart', what: 'Debugger: C:\\Windows\\System32\\cmd.exe' },
  },
  {
    name: 'shell of Winlogon',
    files: [software],
    told: [
      autorun(
        { category: 'Winlogon', entry: 'Shell', command: 'C:\\ProgramData\\shellx.exe', isUsual: false },
        '2026-04-11T02:13:00.3000000Z',
      ),
    ],
  },
  {
    name: 'task in the registry alone, without a descriptor',
    files: [software],
    told: [
      {
        kind: 'registered-task',
        data: {
          path: '\\GhostTask',
          isHidden: true,
          actions: [{ command: 'C:\\ProgramData\\ghost.exe', arguments: '-q' }],
        },
        time: { at: '2026-04-11T02:14:30.4000000Z', is: 'task created' },
      },
    ],
    finding: { rule: 'task-without-descriptor', what: /^\\GhostTask: / },
  },
  {
    name: 'UserAssist',
    files: [`${user}/NTUSER.DAT`],
    told: [
      run('UserAssist', 'C:\\Tools\\netscan.exe', ['2026-04-11T02:21:00.3000000Z', 'last run'], {
        runCount: 7,
        user: 'mina',
      }),
    ],
  },
  {
    name: 'BAM',
    files: [system],
    told: [
      run(
        'BAM',
        '\\Device\\HarddiskVolume1\\ProgramData\\rcl.exe',
        ['2026-04-11T02:40:00.1234567Z', 'last run'],
        {
          user: 'S-1-5-21-70-71-72-1003',
        },
      ),
    ],
  },
  {
    name: 'ShimCache',
    files: [system],
    told: [run('ShimCache', 'C:\\PerfLogs\\psx.exe', ['2026-04-11T02:20:00.7654321Z', 'file modified'])],
  },
  {
    name: 'Amcache',
    files: ['/Windows/AppCompat/Programs/Amcache.hve'],
    told: [
      run('Amcache', 'c:\\users\\public\\rubeus.exe', ['2026-04-11T02:25:00.9000000Z', 'entry written'], {
        details: { sha1: rubeusSha1, Publisher: 'ghostpack' },
      }),
    ],
  },
  {
    name: 'MUICache',
    files: [classes],
    told: [
      {
        kind: 'run-history',
        data: {
          source: 'MUICache',
          what: 'D:\\kit\\wce.exe',
          details: { name: 'Credential Editor', company: 'Nobody Inc' },
        },
      },
    ],
  },
  {
    name: 'ShellBags',
    files: [classes],
    told: [
      run('ShellBags', 'This PC\\E:\\HR salaries 2026', ['2026-04-11T02:24:00.8000000Z', 'last opened']),
    ],
  },
  {
    name: 'typed address',
    files: [`${user}/NTUSER.DAT`],
    told: [
      run('TypedURLs', 'http://198.51.100.77/panel/login', ['2026-04-11T02:22:00.4000000Z', 'last used']),
    ],
  },
  {
    name: 'USB storage',
    files: [system],
    told: [
      {
        kind: 'usb-device',
        data: {
          serial: '4C530001230917114222&0',
          name: 'Kestrel Vault USB Device',
          installed: '2026-04-10T20:00:00.1000000Z',
        },
        time: { at: '2026-04-11T03:30:00.2000000Z', is: 'device last plugged in' },
      },
    ],
  },
  {
    name: 'account of SAM',
    files: [sam],
    told: [
      {
        kind: 'account',
        data: { name: 'helpdesk$', rid: 1003, lastLogon: '2026-04-11T02:16:00.6000000Z' },
        time: { at: '2026-04-11T02:16:00.5000000Z', is: 'account created' },
      },
    ],
  },
  {
    name: 'network profile',
    files: [software],
    told: [
      {
        kind: 'network-profile',
        data: { name: 'Harbour Cafe', kind: 'wireless', category: 'public' },
        // Local time of the host.
        time: { at: '2026-04-11T01:55:00.000', is: 'network last connected' },
      },
    ],
  },
  {
    name: 'time zone',
    files: [system],
    told: [
      { kind: 'system-fact', data: { name: 'time zone', value: 'Korea Standard Time' } },
      { kind: 'system-fact', data: { name: 'active bias', value: 'UTC+09:00' } },
    ],
  },
  {
    name: 'unsigned program that injects code, started by itself',
    files: ['/ProgramData/onedrv/sync.exe'],
    told: [
      {
        kind: 'autorun',
        data: { entry: 'OneDrv', program: { status: 'unsigned', risk: { level: 'high' } } },
      },
    ],
    finding: { rule: 'import-risk', what: /^The autostart OneDrv runs .*\/ProgramData\/onedrv\/sync\.exe$/ },
  },
  {
    name: 'deleted key of the registry',
    files: [deletedKeyPath],
    told: [
      {
        kind: 'registry-deleted',
        data: { path: 'Software\\Microsoft\\Windows\\CurrentVersion\\Run\\OldLoader' },
        time: { at: '2026-04-11T02:17:00.7000000Z', is: 'key written' },
      },
    ],
  },
]
