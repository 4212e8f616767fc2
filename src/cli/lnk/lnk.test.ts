import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { guidBytes, u32 } from '../../../test/support/artefact-fields.ts'
import { linkClass, trackerBlock, volumeInfo, writeShortcut } from '../../../test/support/shortcut-writer.ts'
import { lnkLines } from '../../model/lnk-lines.ts'
import { prefetchLines } from '../../model/prefetch-lines.ts'
import { writePrefetch } from '../../../test/support/prefetch-writer.ts'
import { exitCodes } from '../exit-codes.ts'
import { runPrefetch } from '../prefetch/run.ts'
import { createTerminal, type Terminal } from '../render/terminal.ts'
import { runLnk } from './run.ts'

const droids = Array.from({ length: 4 }, () => '846ee3bb-7039-11de-9d20-001d09fa5a1c')
const shortcut = writeShortcut({
  modified: '2026-11-22T01:39:18.2200000Z',
  linkInfo: volumeInfo('C:\\evil\u001b[31m.exe', 'disk'),
  texts: [undefined, undefined, undefined, '-x'],
  blocks: [trackerBlock('pc-1', droids)],
})

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-lnk-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

function told(act: (terminal: Terminal) => number): { exit: number; out: string; err: string } {
  let out = ''
  let err = ''
  const sink = (take: (text: string) => void): { write(text: string): void; on(): void } => ({
    write: take,
    on() {},
  })
  const terminal = createTerminal({
    stdout: sink((text) => (out += text)),
    stderr: sink((text) => (err += text)),
    color: false,
    quit() {},
  })
  const exit = act(terminal)
  return { exit, out, err }
}

test('shortcuts and jump lists below a folder, as rows and as lines of the schema', (t) => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'a.lnk'), shortcut)
  const list = Buffer.concat([u32(2, 1, 0, 2, 1), guidBytes(linkClass), shortcut, u32(0xbabffbab)])
  writeFileSync(join(folder, 'sub/b.customDestinations-ms'), list)
  writeFileSync(join(folder, 'c.txt'), 'other')
  const rows = told((terminal) => runLnk([folder], {}, terminal))
  assert.equal(rows.exit, exitCodes.clean)
  assert.match(rows.out, /2026-11-22 01:39:18 +pc-1 +a\.lnk +C:\\evil\\x1b\[31m\.exe -x\n/)
  assert.equal(rows.out.split('\n').length, 4)
  const lines = told((terminal) => runLnk([folder], { json: true }, terminal))
    .out.trimEnd()
    .split('\n')
  const values = lines.map((line) => JSON.parse(line) as unknown)
  const [first, second] = values.slice(0, 2).map((value) => lnkLines.lnk.schema.parse(value))
  assert.equal(first?.lnk?.tracker?.droid.mac, '00:1d:09:fa:5a:1c')
  assert.deepEqual(
    [second?.list, second?.entry, second?.lnk?.path],
    ['custom', { category: 'tasks' }, first?.lnk?.path],
  )
  assert.equal(lnkLines['lnk-summary'].schema.parse(values[2]).links, 2)
})

test('a single shortcut is shown whole; what is none is an error', (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'a.lnk')
  writeFileSync(file, shortcut)
  const { out } = told((terminal) => runLnk([file], {}, terminal))
  assert.match(out, /volume +fixed, 0BADCAFE, disk/)
  assert.match(out, /of 2009-07-14T05:45:20\.5000123Z on network card 00:1d:09:fa:5a:1c/)
  writeFileSync(file, 'no shortcut')
  const failed = told((terminal) => runLnk([file], {}, terminal))
  assert.deepEqual([failed.exit, failed.out], [exitCodes.error, ''])
  assert.match(failed.err, /this is no file of the kind/)
  assert.throws(() => told((terminal) => runLnk([join(folder, 'none')], {}, terminal)), /is not there/)
})

test('prefetch files: the latest first, and as lines of the schema', (t) => {
  const folder = folderOf(t)
  const volume = { path: '\\V', created: '2015-11-17T20:57:46.2434681Z', serial: 1, directories: ['\\V\\W'] }
  for (const [executable, run] of [
    ['OLD.EXE', '2016-01-01T00:00:00.0000000Z'],
    ['NEW.EXE', '2017-01-01T00:00:00.0000000Z'],
  ] as const) {
    const bytes = writePrefetch({
      version: 26,
      executable,
      hash: 1,
      runCount: 3,
      runs: [run],
      files: [`\\V\\${executable}`],
      volume,
    })
    writeFileSync(join(folder, `${executable}.pf`), bytes)
  }
  const rows = told((terminal) => runPrefetch([folder], {}, terminal)).out.split('\n')
  assert.match(rows[1] ?? '', /^2017-01-01 00:00:00 +3 +NEW\.EXE +00000001 +26 +\\V\\NEW\.EXE$/)
  assert.match(rows[2] ?? '', /OLD\.EXE/)
  const lines = told((terminal) => runPrefetch([folder], { json: true }, terminal))
    .out.trimEnd()
    .split('\n')
  assert.equal(prefetchLines.prefetch.schema.parse(JSON.parse(lines[0] ?? '')).formatVersion, 26)
  assert.equal(prefetchLines['prefetch-summary'].schema.parse(JSON.parse(lines[2] ?? '')).files, 2)
  assert.match(
    told((terminal) => runPrefetch([folder], { files: true }, terminal)).out,
    /loaded +\\V\\NEW\.EXE \(40-3\)/,
  )
})
