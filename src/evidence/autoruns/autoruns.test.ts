import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  binary,
  dword,
  key,
  merged,
  multiSz,
  sz,
  writeHive,
  type WrittenKey,
} from '../../../test/support/hive-writer.ts'
import type { Hive } from '../hive.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { type Autorun, autorunPlaces, autoruns, imageOf, tasksIn } from './index.ts'
import { readActions } from './task-cache.ts'

const current = 'Microsoft\\Windows\\CurrentVersion'
const nt = 'Microsoft\\Windows NT\\CurrentVersion'
const classId = '{11111111-2222-3333-4444-555555555555}'

function hiveOf(keys: readonly WrittenKey[]): Hive {
  return openHive(memorySource(writeHive({ name: 'ROOT', subkeys: merged(keys) })))
}

function found(entries: Iterable<Autorun>): string[] {
  return [...entries].map(({ category, entry, command, image }) =>
    [category, entry, command, image].join(' | '),
  )
}

test('places of the machine are found, 32-bit ones and lists too', () => {
  const software = hiveOf([
    key(`${current}\\Run`, [sz('Updater', '"C:\\Program Files\\U\\u.exe" /quiet')]),
    key(`Wow6432Node\\${current}\\RunOnce`, [sz('Once', 'C:\\x y\\z.exe -a')]),
    key(`${nt}\\Winlogon`, [
      sz('Userinit', 'C:\\Windows\\system32\\userinit.exe, C:\\evil.exe,'),
      sz('Shell', 'explorer.exe'),
    ]),
    key(`${nt}\\Image File Execution Options\\sethc.exe`, [sz('Debugger', 'cmd.exe')]),
    key(`${nt}\\Windows`, [sz('AppInit_DLLs', 'a.dll,b.dll')]),
    key(`${current}\\Explorer\\Browser Helper Objects\\${classId}`),
    key(`Classes\\CLSID\\${classId}`, [sz('', 'Helper')]),
    key(`Classes\\CLSID\\${classId}\\InprocServer32`, [sz('', 'C:\\h\\helper.dll')]),
    key('Classes\\*\\ShellEx\\ContextMenuHandlers\\Menu', [sz('', classId)]),
  ])
  assert.deepEqual(found(autoruns({ software, users: [] })), [
    'Logon | Updater | "C:\\Program Files\\U\\u.exe" /quiet | C:\\Program Files\\U\\u.exe',
    'Logon | Once | C:\\x y\\z.exe -a | C:\\x y\\z.exe',
    'Winlogon | Shell | explorer.exe | explorer.exe',
    'Winlogon | Userinit | C:\\Windows\\system32\\userinit.exe | C:\\Windows\\system32\\userinit.exe',
    'Winlogon | Userinit | C:\\evil.exe | C:\\evil.exe',
    `Explorer | Menu | ${classId} | C:\\h\\helper.dll`,
    `Internet Explorer | ${classId} | ${classId} | C:\\h\\helper.dll`,
    'AppInit | AppInit_DLLs | a.dll | a.dll',
    'AppInit | AppInit_DLLs | b.dll | b.dll',
    'Image Hijacks | Debugger | cmd.exe | cmd.exe',
  ])
  const [first, , shell, , evil] = [...autoruns({ software, users: [] })]
  assert.equal(first?.key, `HKLM\\SOFTWARE\\${current}\\Run`)
  assert.equal(first?.technique, 'T1547.001')
  assert.equal(shell?.isUsual, true)
  assert.equal(evil?.isUsual, false)
})

test('every control set is read, and Winsock’s packed paths', () => {
  const packed = Buffer.alloc(900)
  packed.write('%SystemRoot%\\system32\\lsp.dll', 'latin1')
  const sets = ['ControlSet001', 'ControlSet002'].flatMap((set) => [
    key(`${set}\\Control\\Session Manager`, [multiSz('BootExecute', 'autocheck autochk *', 'evil')]),
    key(`${set}\\Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries\\000000000001`, [
      binary('PackedCatalogItem', packed),
    ]),
  ])
  const system = hiveOf([key('Select', [dword('Current', 1)]), ...sets])
  const entries = [...autoruns({ system, users: [] })]
  assert.deepEqual(
    entries.map(({ key: place, command, isUsual }) => [place.split('\\')[2], command, isUsual]),
    ['ControlSet001', 'ControlSet002']
      .flatMap((set) => [
        [set, 'autocheck autochk *', true],
        [set, 'evil', false],
      ])
      .concat([
        ['ControlSet001', '%SystemRoot%\\system32\\lsp.dll', false],
        ['ControlSet002', '%SystemRoot%\\system32\\lsp.dll', false],
      ]),
  )
})

test('a user’s own entries are the user’s, a switched-off one is told as off, and his classes go before the machine’s', () => {
  const software = hiveOf([key(`Classes\\CLSID\\${classId}\\InprocServer32`, [sz('', 'C:\\machine.dll')])])
  const ntuser = hiveOf([
    key(`Software\\${current}\\Run`, [sz('On', 'on.exe'), sz('Off', 'off.exe')]),
    key(`Software\\${current}\\Explorer\\StartupApproved\\Run`, [
      binary('Off', Buffer.from('030000001111111111111111', 'hex')),
      binary('On', Buffer.from('02', 'hex')),
    ]),
    key('Environment', [sz('UserInitMprLogonScript', 'C:\\s.bat')]),
    key(`Software\\${current}\\ShellServiceObjectDelayLoad`, [sz('Svc', classId)]),
  ])
  const classes = hiveOf([key(`CLSID\\${classId}\\InprocServer32`, [sz('', 'C:\\Users\\bob\\user.dll')])])
  const entries = [...autoruns({ software, users: [{ name: 'bob', ntuser, classes }] })]
  assert.deepEqual(
    entries.map(({ entry, image, isEnabled, user }) => [entry, image, isEnabled, user]),
    [
      ['On', 'on.exe', true, 'bob'],
      ['Off', 'off.exe', false, 'bob'],
      ['UserInitMprLogonScript', 'C:\\s.bat', true, 'bob'],
      ['Svc', 'C:\\Users\\bob\\user.dll', true, 'bob'],
      ['(Default)', 'C:\\Users\\bob\\user.dll', true, 'bob'],
    ],
  )
  assert.equal(entries[0]?.key, `HKU\\bob\\Software\\${current}\\Run`)
})

test('a start-up folder is no program, whatever blanks its path has', () => {
  const ordinary = 'C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Startup'
  const ntuser = hiveOf([
    key(`Software\\${current}\\Explorer\\User Shell Folders`, [sz('Startup', 'C:\\evil\\my run.exe')]),
  ])
  const software = hiveOf([key(`${current}\\Explorer\\Shell Folders`, [sz('Common Startup', ordinary)])])
  const entries = [...autoruns({ software, users: [{ name: 'bob', ntuser }] })]
  assert.deepEqual(
    entries.map(({ command, image, isUsual }) => [command, image, isUsual]),
    [
      [ordinary, '', true],
      ['C:\\evil\\my run.exe', '', false],
    ],
  )
})

test('an Office add-in is followed from its program id to its library', () => {
  const software = hiveOf([
    key('Microsoft\\Office\\Outlook\\Addins\\Evil.Addin', [dword('LoadBehavior', 3)]),
    key('Classes\\Evil.Addin\\CLSID', [sz('', classId)]),
    key(`Classes\\CLSID\\${classId}\\InprocServer32`, [sz('', 'C:\\addin.dll')]),
  ])
  assert.deepEqual(found(autoruns({ software, users: [] })), [
    'Office | Evil.Addin | Evil.Addin | C:\\addin.dll',
  ])
})

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf16le')
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  return Buffer.concat([size, bytes])
}

const actions = Buffer.concat([
  Buffer.from('0300', 'hex'),
  text('Author'),
  Buffer.from('6666', 'hex'),
  text(''),
  text('powershell.exe'),
  text('-enc AAAA'),
  text('C:\\'),
  Buffer.from('0000', 'hex'),
  Buffer.from('7777', 'hex'),
  text(''),
  Buffer.from('11111111222233334444555555555555', 'hex'),
  text('data'),
])

test('scheduled tasks have their actions, and one without a descriptor is hidden', () => {
  const cache = `${nt}\\Schedule\\TaskCache`
  const id = '{AAAAAAAA-0000-0000-0000-000000000000}'
  const dynamic = Buffer.alloc(36)
  dynamic.writeUInt32LE(3)
  dynamic.writeBigUInt64LE(134_117_966_451_234_567n, 4)
  const software = hiveOf([
    key(`${cache}\\Tree\\Evil`, [sz('Id', id)]),
    key(`${cache}\\Tasks\\${id}`, [
      sz('Path', '\\Evil'),
      binary('Actions', actions),
      binary('DynamicInfo', dynamic),
    ]),
  ])
  const [task] = tasksIn(software)
  assert.equal(task?.isHidden, true)
  assert.equal(task?.created, '2026-01-02T03:04:05.1234567Z')
  assert.equal(task?.lastRun, undefined)
  assert.deepEqual(task?.actions, [
    { kind: 'exec', command: 'powershell.exe', arguments: '-enc AAAA', workingFolder: 'C:\\' },
    { kind: 'com', command: '{11111111-2222-3333-4444-555555555555}', arguments: 'data', workingFolder: '' },
  ])
  assert.deepEqual(
    found(autoruns({ software, users: [] }))[0],
    'Scheduled Tasks | \\Evil | powershell.exe -enc AAAA | powershell.exe',
  )
})

test('actions that are cut anywhere give what is before', () => {
  for (let length = 0; length < actions.length; length += 1)
    assert.ok(readActions(actions.subarray(0, length)).actions.length <= 2)
  assert.deepEqual(readActions(Buffer.alloc(0)), { context: '', actions: [] })
})

test('a command line leads to its file as Windows finds it', () => {
  const images: Record<string, string> = {
    '"C:\\a b\\c.exe" /d "e"': 'C:\\a b\\c.exe',
    'C:\\Program Files\\a\\b.exe -x': 'C:\\Program Files\\a\\b.exe',
    'rundll32.exe "C:\\x\\y.dll",Start 1': 'C:\\x\\y.dll',
    'C:\\Windows\\System32\\rundll32.exe C:\\x\\y.dll,#1': 'C:\\x\\y.dll',
    'regsvr32 /s /n C:\\q.ocx': 'C:\\q.ocx',
    '\\??\\C:\\d.sys': 'C:\\d.sys',
    '\\SystemRoot\\System32\\drivers\\e.sys': '%SystemRoot%\\System32\\drivers\\e.sys',
    'system32\\drivers\\f.sys': '%SystemRoot%\\system32\\drivers\\f.sys',
    'prog arg': 'prog',
    '': '',
  }
  for (const [command, image] of Object.entries(images)) assert.equal(imageOf(command), image, command)
})

test('a hostile command line takes no time', () => {
  const started = performance.now()
  imageOf('a '.repeat(1_000_000))
  imageOf(`rundll32 ${'-x '.repeat(500_000)}`)
  assert.ok(performance.now() - started < 200)
})

test('the table has no place twice, and each leads somewhere', () => {
  const places = autorunPlaces.map(({ from, key: path, take }) =>
    JSON.stringify([from, path.toLowerCase(), take]),
  )
  assert.deepEqual(
    places.filter((place, index) => places.indexOf(place) !== index),
    [],
  )
  for (const { from, technique } of autorunPlaces) {
    assert.match(from, /^[MUCcNSs]+$/)
    assert.match(technique, /^T\d{4}(?:\.\d{3})?$/)
  }
  assert.ok(autorunPlaces.length > 300)
})
