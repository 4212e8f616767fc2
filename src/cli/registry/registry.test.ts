import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'

import {
  binary,
  dword,
  key,
  merged,
  sz,
  writeHive,
  writeNewLog,
  type WrittenKey,
  writtenTime,
} from '../../../test/support/hive-writer.ts'
import { jsonLines, TemporaryFolder } from '../../../test/support/run-haechi.ts'
import { registryLines } from '../../model/registry-lines.ts'
import { readArguments } from '../args.ts'
import type { Command } from '../command.ts'
import { autoruns } from '../commands/autoruns.ts'
import { registry } from '../commands/registry.ts'
import { services } from '../commands/services.ts'
import { createTerminal } from '../render/terminal.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(command: Command, ...args: readonly string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const stream = (into: string[]) => ({ write: (text: string) => into.push(text), on: () => undefined })
  const terminal = createTerminal({
    stdout: stream(out),
    stderr: stream(err),
    color: false,
    quit: () => undefined,
  })
  const { options, operands } = readArguments(command, args)
  const code = await command.run({ options, operands, terminal } as Parameters<Command['run']>[0])
  return { code, out: out.join(''), err: err.join('') }
}

/** Every line fits the schema of its type. */
function checked(text: string): Record<string, unknown>[] {
  const lines = jsonLines(text)
  const schemas: Readonly<Record<string, { schema: { parse(value: unknown): unknown } }>> = registryLines
  for (const line of lines) {
    const known = schemas[String(line['type'])]
    assert.ok(known, `no schema for ${String(line['type'])}`)
    known.schema.parse(line)
  }
  return lines
}

const run1 = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run'
const user: WrittenKey = {
  name: 'ROOT',
  subkeys: merged([
    key('Control Panel'),
    key('Volatile Environment', [sz('USERNAME', 'bob')]),
    key(run1, [sz('Evil', 'C:\\evil.exe \u001b[2J'), dword('n', 7), binary('b', Buffer.from('00ff', 'hex'))]),
    key('Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU', [sz('a', 'cmd\\1')]),
  ]),
}
const system: WrittenKey = {
  name: 'ROOT',
  subkeys: merged([
    key('Select', [dword('Current', 1)]),
    key('ControlSet001\\Services\\Bad', [
      dword('Type', 16),
      dword('Start', 2),
      sz('ImagePath', 'C:\\bad.exe'),
    ]),
    key('ControlSet001\\Services\\Tcpip\\Parameters\\Interfaces\\{1}', [sz('IPAddress', '10.0.0.5')]),
    key('ControlSet001\\Services\\LanmanServer\\Shares', [
      { name: 'D', type: 7, data: Buffer.from('Path=C:\\d\0\0', 'utf16le') },
    ]),
    key('ControlSet001\\Enum\\USBSTOR\\Disk&Ven_X\\S&0', [sz('FriendlyName', 'Stick')]),
    key('ControlSet001\\Control\\ComputerName\\ComputerName', [sz('ComputerName', 'DESK')]),
    key('MountedDevices', [binary('\\DosDevices\\C:', Buffer.alloc(12))]),
  ]),
}
const software: WrittenKey = {
  name: 'ROOT',
  subkeys: merged([
    key('Classes'),
    key('Microsoft\\Windows\\CurrentVersion\\Run', [sz('All', 'all.exe')]),
    key('Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Profiles\\{1}', [sz('ProfileName', 'Cafe')]),
    key('Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks\\{1}', [sz('Path', '\\T')]),
  ]),
}
const sam: WrittenKey = {
  name: 'ROOT',
  subkeys: [
    key('SAM\\Domains\\Account\\Users\\000003E9', [
      binary('F', Buffer.alloc(80)),
      binary('V', Buffer.alloc(204)),
    ]),
  ],
}

/** A folder as a mounted Windows has it. */
function collection(t: TestContext): TemporaryFolder {
  const folder = new TemporaryFolder()
  t.after(() => folder[Symbol.dispose]())
  const files: Readonly<Record<string, Buffer>> = {
    'Windows/System32/config/SYSTEM': writeHive(system),
    'Windows/System32/config/SOFTWARE': writeHive(software),
    'Windows/System32/config/sam.bin': writeHive(sam),
    'Windows/System32/config/readme.txt': Buffer.alloc(5000, 'x'),
    'Users/bob/NTUSER.DAT': writeHive(user),
  }
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(folder.at(name)), { recursive: true })
    writeFileSync(folder.at(name), bytes)
  }
  return folder
}

test('a hive is described, a key shown with its values, and nothing of it reaches the terminal raw', async (t) => {
  const folder = collection(t)
  const hive = folder.at('Users/bob/NTUSER.DAT')
  const whole = await run(registry, hive)
  assert.equal(whole.code, 0)
  assert.match(whole.out, /hive\s+NTUSER\nuser\s+bob\n/)
  assert.match(whole.out, /2026-01-02T03:04:05\.1234567Z {2}Software\n/)
  const one = await run(registry, hive, `\\${run1.toLowerCase()}`)
  assert.match(
    one.out,
    / {4}Evil {2}REG_SZ {2}C:\\evil\.exe \\x1b\[2J\n {4}n {2}REG_DWORD {2}7 \(0x7\)\n {4}b {2}REG_BINARY {2}00ff\n/,
  )
  await assert.rejects(run(registry, hive, 'Nothing'), { code: 'not-found' })
  await assert.rejects(run(registry, folder.at('Windows/System32/config/readme.txt')), {
    code: 'unsupported',
  })
})

test('JSON lines fit their schemas, for keys and for every report', async (t) => {
  const folder = collection(t)
  const lines = checked((await run(registry, '--json', '-r', '-v', folder.at('Users/bob/NTUSER.DAT'))).out)
  assert.deepEqual(
    lines
      .filter(({ type, key: path }) => type === 'registry-value' && path === run1)
      .map(({ name, text, number, data }) => [name, text ?? number, data]),
    [
      ['Evil', 'C:\\evil.exe \u001b[2J', Buffer.from('C:\\evil.exe \u001b[2J\0', 'utf16le').toString('hex')],
      ['n', 7, '07000000'],
      ['b', undefined, '00ff'],
    ],
  )
  assert.equal(lines[0]?.['type'], 'registry-hive')
  const told: Record<string, number> = {}
  for (const report of ['run-history', 'accounts', 'usb', 'network', 'services', 'system', 'tasks']) {
    const { code, out } = await run(registry, '--json', '--report', report, folder.path)
    assert.equal(code, 0, report)
    for (const { type } of checked(out)) told[String(type)] = (told[String(type)] ?? 0) + 1
    assert.match((await run(registry, '--report', report, folder.path)).out, /^\S.*\n[A-Z]/, report)
  }
  assert.deepEqual(told, {
    'registry-activity': 1,
    'windows-account': 1,
    'usb-device': 1,
    'mounted-device': 1,
    'network-interface': 1,
    'network-profile': 1,
    'network-share': 1,
    'windows-service': 1,
    'system-fact': 2,
    'windows-task': 1,
  })
})

test('a search finds names and texts, whatever their case', async (t) => {
  const folder = collection(t)
  const { out } = await run(registry, '--json', '--search', 'EVIL', folder.at('Users/bob/NTUSER.DAT'))
  assert.deepEqual(
    checked(out)
      .slice(1)
      .map(({ type, name }) => [type, name]),
    [['registry-value', 'Evil']],
  )
  const keys = await run(registry, '--json', '--search', 'runmru', folder.at('Users/bob/NTUSER.DAT'))
  assert.match(String(checked(keys.out)[1]?.['path']), /Explorer\\RunMRU$/)
})

test('logs beside a dirty hive are replayed, unless told not to', async (t) => {
  const folder = collection(t)
  const sequences = [8, 7] as const
  const before = writeHive(user, { sequences, spareBytes: 8192 })
  const after = writeHive(
    { ...user, subkeys: [...(user.subkeys ?? []), { name: 'Added', time: writtenTime }] },
    { sequences, spareBytes: 8192 },
  )
  writeFileSync(folder.at('Users/bob/NTUSER.DAT'), before)
  writeFileSync(folder.at('Users/bob/ntuser.dat.LOG1'), writeNewLog([before, after], 7))
  writeFileSync(folder.at('Users/bob/ntuser.dat.LOG2'), '')
  const replayed = await run(registry, folder.at('Users/bob/NTUSER.DAT'))
  assert.equal(replayed.code, 0)
  assert.match(replayed.out, /logs replayed ntuser\.dat\.LOG1: 1 entries/)
  assert.match(replayed.out, / {2}Added\n/)
  const bare = await run(registry, '--no-logs', folder.at('Users/bob/NTUSER.DAT'))
  assert.equal(bare.code, 3)
  assert.doesNotMatch(bare.out, /Added/)
  assert.match(bare.err, /dirty/)
})

test('autoruns of a mounted Windows come from all its hives, told by their content', async (t) => {
  const folder = collection(t)
  const { code, out } = await run(autoruns, '--json', folder.path)
  assert.equal(code, 0)
  assert.deepEqual(
    checked(out).map(({ category, entry, image, user: whose }) => [category, entry, image, whose]),
    [
      ['Logon', 'All', 'all.exe', undefined],
      ['Logon', 'Evil', 'C:\\evil.exe', 'bob'],
      ['Services', 'Bad', 'C:\\bad.exe', undefined],
    ],
  )
  const chosen = await run(autoruns, '--category', 'services', folder.path)
  assert.equal(chosen.out.trimEnd().split('\n').length, 2)
})

test('services and tasks of a Windows are shown from its hives, not those of this host', async (t) => {
  const folder = collection(t)
  const shown = await run(services, folder.path)
  const reported = await run(registry, '--report', 'services', folder.path)
  assert.equal(shown.out, reported.out)
  assert.match(shown.out, /Services and drivers/)
  const jobs = await run(services, '--jobs', '--json', folder.path)
  assert.equal(jobs.out, (await run(registry, '--report', 'tasks', '--json', folder.path)).out)
  await assert.rejects(run(services, '--since', '1d', folder.path), /about this host/)
})

test('a file that is no hive fails the run, and the others are read all the same', async (t) => {
  const folder = collection(t)
  const { code, out, err } = await run(
    autoruns,
    folder.at('Windows/System32/config/readme.txt'),
    folder.at('Users/bob/NTUSER.DAT'),
  )
  assert.equal(code, 2)
  assert.match(err, /no registry hive/)
  assert.match(out, /Evil/)
  assert.equal((await run(autoruns, folder.at('Windows/System32/config/readme.txt'))).code, 2)
})
