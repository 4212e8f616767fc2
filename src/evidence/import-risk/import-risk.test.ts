import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { AppError } from '../../base/app-error.ts'
import { findHashedNames } from './api-hash.ts'
import { assessImports } from './assess.ts'
import type { ImportRisk, RiskFacts } from './facts.ts'
import { loadImportTable } from './table.ts'

const table = loadImportTable()

function factsOf(names: readonly string[], more: Partial<RiskFacts> = {}): RiskFacts {
  const functions = names.map((name) => ({ name }))
  return {
    kind: 'program',
    imports: [{ library: 'KERNEL32.dll', functions }],
    isDotNet: false,
    signature: 'unknown',
    anomalies: [],
    hashed: [],
    ...more,
  }
}

function riskOf(names: readonly string[], more: Partial<RiskFacts> = {}): ImportRisk {
  return assessImports(factsOf(names, more), table)
}

const injection = ['OpenProcess', 'VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread']
const startUp = ['GetLastError', 'HeapAlloc', 'ExitProcess']

test('every combination of 60 points and more is high in a program that imports nothing else', () => {
  const heavy = table.combinations.filter(({ weight }) => weight >= 60)
  assert.ok(heavy.length >= 60)
  for (const { id, needs } of heavy) {
    const risk = riskOf(needs.map((line) => line[0] ?? ''))
    assert.equal(risk.level, 'high', id)
    assert.ok(risk.techniques.length > 0)
  }
})

test('the reason says what it is about: functions, sentence, techniques', () => {
  const risk = riskOf([...injection, ...startUp])
  const [first] = risk.reasons
  assert.equal(first?.id, 'remote-thread')
  assert.equal(first.points, 75)
  assert.deepEqual(first.functions, injection)
  assert.deepEqual(first.techniques, ['T1055.002'])
  assert.equal(risk.score, 75)
  assert.deepEqual(risk.groups.find(({ id }) => id === 'injection')?.functions, [
    'CreateRemoteThread',
    'VirtualAllocEx',
    'WriteProcessMemory',
  ])
})

test('no function of any combination says anything alone', () => {
  for (const name of table.known) assert.ok(riskOf([name, ...startUp]).score < 30, name)
})

test('names count with and without the A or W, and as GNU linkers write them', () => {
  for (const names of [
    ['URLDownloadToFileA', 'WinExec'],
    ['URLDownloadToFileW', 'ShellExecuteExW'],
    ['_URLDownloadToFileA@20', 'WinExec'],
  ]) {
    assert.equal(riskOf(names).reasons[0]?.id, 'downloader')
  }
})

test('a combination weighs less the more a program does besides, but never nothing', () => {
  const others = Array.from({ length: 400 }, (_, index) => `Function${index}`)
  const large = riskOf([...injection, ...others])
  assert.ok(large.score < 40 && large.score > 10, String(large.score))
  assert.equal(riskOf(['GetAsyncKeyState', 'GetForegroundWindow', ...others]).score, 0)
})

test('functions of the run-time library and of start-up code do not make a program large', () => {
  const runtime = Array.from({ length: 400 }, (_, index) => ({ name: `f${index}` }))
  const imports = [
    ...factsOf(injection).imports,
    { library: 'api-ms-win-crt-runtime-l1-1-0.dll', functions: runtime },
  ]
  assert.equal(riskOf([], { imports }).score, 75)
})

test('a valid signature takes away much and not all; one of another file adds', () => {
  const signed = riskOf(injection, { signature: 'valid' })
  assert.equal(signed.score, 30)
  assert.equal(signed.reasons.at(-1)?.points, -45)
  assert.ok(riskOf(injection, { signature: 'broken' }).score >= 95)
  assert.equal(riskOf([], { signature: 'broken' }).level, 'low')
  assert.equal(riskOf(startUp, { signature: 'none' }).level, 'none')
})

test('packers and hashed names are reasons, once each', () => {
  const anomalies = [
    { kind: 'packer', text: 'named as UPX names them' },
    { kind: 'packer', text: 'again' },
    { kind: 'unheard-of', text: 'x' },
  ]
  assert.deepEqual(
    riskOf([], { anomalies }).reasons.map(({ id }) => id),
    ['packer'],
  )
  const hashed = [{ algorithm: 'ror13', names: ['WinExec', 'VirtualAlloc', 'LoadLibraryA'] }]
  const risk = riskOf([], { hashed })
  assert.equal(risk.level, 'high')
  assert.deepEqual(risk.techniques, ['T1027.007'])
})

test('drivers and firmware are not judged by combinations of programs', () => {
  assert.equal(riskOf(injection, { kind: 'efi' }).score, 0)
  assert.equal(riskOf(injection, { kind: 'driver' }).score, 0)
})

test('well-known hashes of names are found in code, and need company', () => {
  const immediate = (...hashes: readonly number[]): Buffer =>
    Buffer.concat(
      hashes.map((hash) =>
        Buffer.from([0x68, hash & 255, (hash >>> 8) & 255, (hash >>> 16) & 255, hash >>> 24]),
      ),
    )
  // As published for stagers: LoadLibraryA, WSAStartup and InternetOpenA with their libraries.
  const stager = immediate(0x0726774c, 0x006b8029, 0xa779563a)
  assert.deepEqual(findHashedNames([stager]), [
    { algorithm: 'ror13 of both', names: ['InternetOpenA', 'LoadLibraryA', 'WSAStartup'] },
  ])
  // LoadLibraryA, GetProcAddress and WinExec by the classic hash.
  assert.deepEqual(findHashedNames([immediate(0xec0e4e8e, 0x7c0dfcaa, 0x0e8afe98)])[0]?.names, [
    'GetProcAddress',
    'LoadLibraryA',
    'WinExec',
  ])
  assert.deepEqual(findHashedNames([immediate(0xec0e4e8e, 0x7c0dfcaa)]), [])
  assert.deepEqual(findHashedNames([Buffer.alloc(100_000, 0x68)]), [])
})

test('the tables are whole: known groups, techniques as ATT&CK writes them, no line without a function', () => {
  const technique = /^T\d{4}(?:\.\d{3})?$/
  for (const { functions, techniques } of table.groups) {
    assert.ok(functions.length > 0 && techniques.every((id) => technique.test(id)))
  }
  assert.equal(new Set(table.combinations.map(({ id }) => id)).size, table.combinations.length)
  for (const { id, needs, techniques, weight, text } of table.combinations) {
    assert.ok(needs.length >= 2 && needs.every((line) => line.length > 0), id)
    assert.ok(techniques.length > 0 && techniques.every((name) => technique.test(name)), id)
    assert.ok(weight > 0 && weight <= 80 && text.startsWith('it '), id)
  }
})

test('a table that is none is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-imports-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'groups.json'), '{"version":2,"groups":[]}')
  assert.throws(
    () => loadImportTable(folder),
    (thrown) => thrown instanceof AppError && thrown.code === 'config-invalid',
  )
})

test('any names give a score from 0 to 100', () => {
  const names = fc.array(fc.oneof(fc.constantFrom(...table.known), fc.string()), { maxLength: 200 })
  fc.assert(
    fc.property(
      names,
      fc.constantFrom('valid', 'untrusted', 'broken', 'none', 'unknown'),
      (given, signature) => {
        const { score } = riskOf(given, { signature })
        assert.ok(Number.isInteger(score) && score >= 0 && score <= 100)
      },
    ),
    { numRuns: 200 },
  )
})
