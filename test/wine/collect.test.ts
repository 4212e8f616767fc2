// A collection on a running Windows, as far as Wine is one: its drive is read through the file system, because it has no volumes.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { type CollectedPackage, openPackage, verifyPackage } from '../../src/collect/package/index.ts'
import { eicar } from '../support/samples.ts'
import {
  driveC,
  endWindows,
  haechi,
  nodeProgram,
  requireWindows,
  runProgram,
  windowsPath,
} from './windows.ts'

const work = mkdtempSync(join(tmpdir(), 'haechi-wine-collect-'))
const planted = join(driveC, 'Planted Ünd 심음')
/** With the drive's letter and the name of the file more than Windows takes without further ado. */
const deep = join(planted, 'x'.repeat(120), 'y'.repeat(120), 'z'.repeat(60))
const program = 'C:\\windows\\system32\\notepad.exe'
const timeout = 900_000

after(() => {
  endWindows()
  rmSync(planted, { recursive: true, force: true })
  rmSync(work, { recursive: true, force: true })
})

interface Summary {
  readonly type: string
  readonly publicKey: string
  readonly steps: readonly { readonly id: string; readonly outcome: string; readonly fault?: string }[]
}

type Row = Readonly<Record<string, unknown>>

function rowsOf(collected: CollectedPackage, name: string): Row[] {
  return [...collected.rows(name)]
}

function contentOf(collected: CollectedPackage, path: string): string | undefined {
  using source = collected.trees[0]?.open(path)
  return source === undefined ? undefined : Buffer.from(source.read(0, source.size)).toString()
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

test('haechi collect does not write on the drive that it examines', { timeout }, (t) => {
  if (!requireWindows(t)) return
  const { code, stderr } = haechi(['collect', '--profile', 'quick', '-o', 'C:\\here.tar.zst'])
  assert.equal(code, 2, stderr)
  assert.match(stderr, /C:\\ lies on a disk of this host/)
})

test('a running Windows is collected; the package is right, and has what runs', { timeout }, async (t) => {
  if (!requireWindows(t)) return
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(planted, '증거.TXT'), 'planted')
  writeFileSync(join(deep, 'long.txt'), 'far down')
  const run = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run'
  runProgram('reg', ['add', run, '/v', 'Planted', '/d', `${program} -x`, '/f'], {})
  writeFileSync(join(planted, 'bad.com'), eicar)
  const bad = windowsPath(join(planted, 'bad.com'))
  runProgram('reg', ['add', run, '/v', 'PlantedBad', '/d', `"${bad}"`, '/f'], {})
  const list = join(work, 'list.yaml')
  const lines = [
    'system: windows',
    'id: planted',
    'title: What the test planted',
    'order: 1',
    'targets:',
    '  - id: texts',
    '    about: Texts',
    '    profiles: [quick, full]',
    "    paths: ['/planted ünd 심음/**/*.txt']",
  ]
  writeFileSync(list, lines.join('\n'))
  const output = join(work, 'windows.tar.zst')
  const args = ['-t', windowsPath(list), '--case', 'W-1', '--json', '-o', windowsPath(output)]
  const { code, stdout, stderr } = haechi(['collect', ...args], { timeoutMs: 300_000 })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /drive C is read through its file system/)
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Summary
  assert.equal(summary.type, 'collect-summary')
  const steps = summary.steps.map(({ id, outcome }) => `${id} ${outcome}`)
  const live = ['clock', 'processes', 'sockets', 'services', 'autoruns', 'volumes', 'planted-c']
  assert.deepEqual(
    steps.slice(0, live.length),
    live.map((id) => `${id} done`),
  )

  const verified = await verifyPackage(output, { publicKey: summary.publicKey })
  assert.deepEqual(verified.findings, [])
  assert.equal(verified.isRight, true)

  using collected = await openPackage(output)
  await t.test('the files of its drive, also behind a long path and whatever letters are written', () => {
    assert.equal(contentOf(collected, '/Planted Ünd 심음/증거.TXT'), 'planted')
    const names = deep.slice(driveC.length)
    assert.equal(contentOf(collected, `${names}/long.txt`), 'far down')
    assert.match(contentOf(collected, '/windows/win.ini') ?? '', /\[mail\]/i)
    assert.deepEqual(
      collected.trees.map(({ system, foldsCase }) => [system, foldsCase]),
      [['windows', true]],
    )
    assert.equal(contentOf(collected, '/WINDOWS/WIN.INI'), contentOf(collected, '/windows/win.ini'))
  })
  await t.test('the processes, their programs and libraries', () => {
    const processes = rowsOf(collected, 'processes')
    const own = processes.find(({ command_line: line }) => String(line).includes(windowsPath(output)))
    assert.match(String(own?.['executable']), /\\haechi-wine\\bin\\node\.exe$/)
    assert.equal(own?.['executable_sha256'], digestOf(nodeProgram))
    assert.match(String(own?.['user_id']), /^S-1-5-21-/)
    assert.ok(Math.abs(Date.parse(String(own?.['start'])) - Date.now()) < 300_000)
    const services = processes.find(({ name }) => name === 'services.exe')
    assert.equal(services?.['executable'], 'C:\\windows\\system32\\services.exe')
    const inService = rowsOf(collected, 'modules').filter(({ pid }) => pid === services?.['pid'])
    const library = 'c:\\windows\\system32\\ntdll.dll'
    assert.ok(inService.some(({ path }) => String(path).toLowerCase() === library))
    const file = rowsOf(collected, 'module-files').find(({ path }) => String(path).toLowerCase() === library)
    assert.equal(file?.['sha256'], digestOf(join(driveC, 'windows/system32/ntdll.dll')))
    const session = rowsOf(collected, 'sessions').find(({ user_id: user }) => user === own['user_id'])
    assert.ok(Number(session?.['processes']) >= 2)
  })
  await t.test('sockets, services, what starts by itself, drives, and which host it is', () => {
    const { port } = server.address() as AddressInfo
    const sockets = rowsOf(collected, 'sockets')
    assert.ok(sockets.some((row) => row['local_port'] === port && row['state'] === 'listen'))
    const service = rowsOf(collected, 'services').find(({ name }) => name === 'Eventlog')
    assert.deepEqual(service?.['seen_by'], ['manager', 'registry'])
    assert.equal(service?.['sha256'], digestOf(join(driveC, 'windows/system32/wevtsvc.dll')))
    const autorun = rowsOf(collected, 'autoruns').find(({ entry }) => entry === 'Planted')
    assert.equal(autorun?.['path'], program)
    assert.equal(autorun?.['sha256'], digestOf(join(driveC, 'windows/system32/notepad.exe')))
    assert.equal(autorun['verdict'], 'clean')
    const known = rowsOf(collected, 'autoruns').find(({ entry }) => entry === 'PlantedBad')
    assert.equal(known?.['verdict'], 'found')
    assert.match(String(known['found']), /eicar/i)
    assert.deepEqual(
      rowsOf(collected, 'volumes').map(({ letter, kind }) => [letter, kind]),
      [
        ['C', 'fixed'],
        ['Z', 'fixed'],
      ],
    )
    const [clock] = rowsOf(collected, 'clock')
    assert.ok(Math.abs(Date.parse(String(clock?.['now'])) - Date.now()) < 300_000)
    const facts = new Map(rowsOf(collected, 'system-facts').map(({ name, value }) => [name, value]))
    const { caseId, host } = collected.caseFile as { readonly caseId: string; readonly host: Row }
    assert.equal(caseId, 'W-1')
    assert.equal(host['system'], 'windows')
    assert.equal(host['machineId'], facts.get('machine GUID'))
    assert.match(String(host['machineId']), /^[0-9a-f-]{36}$/)
  })
})
