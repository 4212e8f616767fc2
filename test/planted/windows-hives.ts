// Registry hives of the examined Windows: what its intruder changed, with a time of its own for each key.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

import { fileItem, rootItem, volumeItem } from '../support/shortcut-writer.ts'
import { time, u16, u32, wide } from '../support/artefact-fields.ts'
import {
  binary,
  dword,
  key,
  merged,
  sz,
  writeHive,
  writeNewLog,
  type WrittenKey,
} from '../support/hive-writer.ts'

type Values = NonNullable<WrittenKey['values']>

/** FILETIME of an ISO time. */
export function ticks(iso: string): bigint {
  return time(iso).readBigUInt64LE()
}

/** A key with its own last write. */
function timed(path: string, iso: string, values: Values = []): WrittenKey {
  return last(key(path, values), ticks(iso))
}

function last(made: WrittenKey, at: bigint): WrittenKey {
  const [child] = made.subkeys ?? []
  return child === undefined ? { ...made, time: at } : { ...made, subkeys: [last(child, at)] }
}

function hiveOf(keys: readonly WrittenKey[]): Buffer {
  return writeHive({ name: 'ROOT', subkeys: merged(keys) })
}

const current = 'Microsoft\\Windows\\CurrentVersion'
const currentNt = 'Microsoft\\Windows NT\\CurrentVersion'
const set = 'ControlSet001'
const taskId = '{5B0C1E77-0B2E-4C6D-9C1F-3D6B1E5A7C31}'
const network = '{0F2D7A66-3C1B-4E55-8B0A-97F1C2D3E4A5}'

function taskActions(command: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([u32(2 * value.length), wide(value)])
  return Buffer.concat([
    u16(3),
    text('Author'),
    u16(0x6666),
    text(''),
    text(command),
    text('-q'),
    text(''),
    u16(0),
  ])
}

function systemTime(iso: string): Buffer {
  const date = new Date(iso)
  return u16(
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
  )
}

export function softwareHive(): Buffer {
  const schedule = `${currentNt}\\Schedule\\TaskCache`
  return hiveOf([
    timed(currentNt, '2026-01-05T08:00:00Z', [
      sz('ProductName', 'Windows 10 Pro'),
      sz('CurrentBuildNumber', '19045'),
    ]),
    timed(`${current}\\Run`, '2026-04-11T02:11:00.1000001Z', [
      sz('OneDrv', 'C:\\ProgramData\\onedrv\\sync.exe /bg'),
    ]),
    timed(`${currentNt}\\Image File Execution Options\\sethc.exe`, '2026-04-11T02:12:00.2Z', [
      sz('Debugger', 'C:\\Windows\\System32\\cmd.exe'),
    ]),
    timed(`${currentNt}\\Winlogon`, '2026-04-11T02:13:00.3Z', [
      sz('Shell', 'explorer.exe, C:\\ProgramData\\shellx.exe'),
      sz('Userinit', 'C:\\Windows\\system32\\userinit.exe,'),
    ]),
    timed(`${schedule}\\Tree\\GhostTask`, '2026-04-11T02:14:00Z', [sz('Id', taskId)]),
    timed(`${schedule}\\Tasks\\${taskId}`, '2026-04-11T02:14:00Z', [
      sz('Path', '\\GhostTask'),
      binary('Actions', taskActions('C:\\ProgramData\\ghost.exe')),
      binary('DynamicInfo', Buffer.concat([u32(3), time('2026-04-11T02:14:30.4Z'), Buffer.alloc(16)])),
    ]),
    timed(`${currentNt}\\NetworkList\\Profiles\\${network}`, '2026-04-10T19:00:00Z', [
      sz('ProfileName', 'Harbour Cafe'),
      dword('NameType', 71),
      dword('Category', 0),
      binary('DateCreated', systemTime('2026-04-10T19:00:00Z')),
      binary('DateLastConnected', systemTime('2026-04-11T01:55:00Z')),
    ]),
  ])
}

function shimcache(path: string, modified: string): Buffer {
  const body = Buffer.concat([u16(2 * path.length), wide(path), time(modified), u32(8, 7, 1)])
  const head = Buffer.alloc(0x34)
  head.writeUInt32LE(0x34)
  return Buffer.concat([head, Buffer.from('10ts'), u32(0, body.length), body])
}

const device = `${set}\\Enum\\USBSTOR\\Disk&Ven_Kestrel&Prod_Vault&Rev_1.00\\4C530001230917114222&0`
const usbProperties = `${device}\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}`

export function systemHive(): Buffer {
  return hiveOf([
    key('Select', [dword('Current', 1)]),
    key(`${set}\\Control\\ComputerName\\ComputerName`, [sz('ComputerName', 'PC-31')]),
    key(`${set}\\Control\\TimeZoneInformation`, [
      sz('TimeZoneKeyName', 'Korea Standard Time'),
      dword('Bias', 0xff_ff_fd_e4),
      dword('ActiveTimeBias', 0xff_ff_fd_e4),
    ]),
    timed(`${set}\\Services\\NetCfgHelp`, '2026-04-11T02:15:00.5Z', [
      dword('Type', 0x20),
      dword('Start', 2),
      sz('ImagePath', '%SystemRoot%\\System32\\svchost.exe -k netsvcs', 2),
      sz('ObjectName', 'LocalSystem'),
    ]),
    key(`${set}\\Services\\NetCfgHelp\\Parameters`, [sz('ServiceDll', 'C:\\Users\\Public\\ncfg.dll', 2)]),
    key(`${set}\\Services\\bam\\State\\UserSettings\\S-1-5-21-70-71-72-1003`, [
      binary(
        '\\Device\\HarddiskVolume1\\ProgramData\\rcl.exe',
        Buffer.concat([time('2026-04-11T02:40:00.1234567Z'), Buffer.alloc(16)]),
      ),
    ]),
    key(`${set}\\Control\\Session Manager\\AppCompatCache`, [
      binary('AppCompatCache', shimcache('C:\\PerfLogs\\psx.exe', '2026-04-11T02:20:00.7654321Z')),
    ]),
    key(device, [sz('FriendlyName', 'Kestrel Vault USB Device')]),
    key(`${usbProperties}\\0064`, [binary('', time('2026-04-10T20:00:00.1Z'))]),
    key(`${usbProperties}\\0066`, [binary('', time('2026-04-11T03:30:00.2Z'))]),
  ])
}

export function samHive(): Buffer {
  const f = Buffer.alloc(80)
  time('2026-04-11T02:16:00.6Z').copy(f, 8)
  time('2026-04-11T02:16:05Z').copy(f, 24)
  f.writeUInt32LE(1003, 48)
  f.writeUInt16LE(0x0210, 56)
  const v = Buffer.alloc(0xcc)
  v.writeUInt32LE(0, 12)
  v.writeUInt32LE(2 * 'helpdesk$'.length, 16)
  return hiveOf([
    key('SAM\\Domains\\Account\\Users\\000003EB', [
      binary('F', f),
      binary('V', Buffer.concat([v, wide('helpdesk$')])),
    ]),
    timed('SAM\\Domains\\Account\\Users\\Names\\helpdesk$', '2026-04-11T02:16:00.5Z'),
  ])
}

function userAssist(runs: number, iso: string): Buffer {
  const bytes = Buffer.alloc(72)
  u32(0, runs, 1, 5000).copy(bytes)
  time(iso).copy(bytes, 60)
  return bytes
}

const turned = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter < 'a' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

function userKeys(): WrittenKey[] {
  const explorer = `Software\\${current}\\Explorer`
  return [
    key('Control Panel'),
    key('Volatile Environment', [sz('USERNAME', 'mina')]),
    key(`${explorer}\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count`, [
      binary(turned('C:\\Tools\\netscan.exe'), userAssist(7, '2026-04-11T02:21:00.3Z')),
    ]),
    timed('Software\\Microsoft\\Internet Explorer\\TypedURLs', '2026-04-11T02:22:00.4Z', [
      sz('url1', 'http://198.51.100.77/panel/login'),
    ]),
    timed(`Software\\${current}\\Run`, '2026-01-06T08:00:00Z', [
      sz('Mail', 'C:\\Program Files\\Mail\\mail.exe'),
    ]),
  ]
}

/** The user's hive as it lies there, and the log with what Windows had not yet written into it. */
export function userHive(): { readonly hive: Buffer; readonly log: Buffer } {
  const options = { sequences: [8, 7], spareBytes: 8192 } as const
  const hive = writeHive({ name: 'ROOT', subkeys: merged(userKeys()) }, options)
  const later = timed(`Software\\${current}\\RunOnce`, '2026-04-11T02:10:00.9Z', [
    sz('late', 'C:\\Users\\mina\\AppData\\Local\\Temp\\late.exe'),
  ])
  const after = writeHive({ name: 'ROOT', subkeys: merged([...userKeys(), later]) }, options)
  return { hive, log: writeNewLog([hive, after], 7) }
}

const thisPc = '20d04fe0-3aea-1069-a2d8-08002b30309d'

export function classesHive(): Buffer {
  const bags = 'Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU'
  const only = u32(0, 0xff_ff_ff_ff)
  return hiveOf([
    timed('Local Settings\\Software\\Microsoft\\Windows\\Shell\\MuiCache', '2026-04-11T02:23:00Z', [
      sz('D:\\kit\\wce.exe.FriendlyAppName', 'Credential Editor'),
      sz('D:\\kit\\wce.exe.ApplicationCompany', 'Nobody Inc'),
    ]),
    key(bags, [binary('0', rootItem(thisPc)), binary('MRUListEx', only)]),
    key(`${bags}\\0`, [binary('0', volumeItem('E:\\')), binary('MRUListEx', only)]),
    timed(`${bags}\\0\\0`, '2026-04-11T02:24:00.8Z', [
      binary(
        '0',
        fileItem({
          type: 0x31,
          shortName: 'HRSALA~1',
          longName: 'HR salaries 2026',
          modified: '2026-04-09T10:00:00Z',
        }),
      ),
      binary('MRUListEx', only),
    ]),
  ])
}

export const rubeusSha1 = '1f0bd2c3a4958676a5b4c3d2e1f0011223344556'

export function amcacheHive(): Buffer {
  return hiveOf([
    timed('Root\\InventoryApplicationFile\\rubeus.exe|9f', '2026-04-11T02:25:00.9Z', [
      sz('LowerCaseLongPath', 'c:\\users\\public\\rubeus.exe'),
      sz('FileId', `0000${rubeusSha1}`),
      sz('Publisher', 'ghostpack'),
    ]),
  ])
}

/** A hive whose Run key held one more value-bearing key, which hivexsh deletes: its cells are free, their bytes stay. */
export function hiveWithDeletedKey(path: string): void {
  const run = `Software\\${current}\\Run`
  const keys = [
    key('Control Panel'),
    key('Volatile Environment', [sz('USERNAME', 'guest7')]),
    timed(`${run}\\OldLoader`, '2026-04-11T02:17:00.7Z', [
      sz('cmd', 'rundll32 C:\\Users\\Public\\old.dll,Go'),
    ]),
  ]
  writeFileSync(path, hiveOf(keys))
  const script = `cd \\${run}\\OldLoader\ndel\ncommit\n`
  execFileSync('hivexsh', ['-w', path], { input: script, timeout: 20_000, stdio: ['pipe', 'pipe', 'pipe'] })
  if (!readFileSync(path).includes('OldLoader')) throw new Error('hivexsh overwrote what it deleted')
}
