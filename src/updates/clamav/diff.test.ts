// Diffs, from their bytes to the files that they make. What the commands do was compared with `sigtool --run-cdiff` 1.4.6.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import * as fc from 'fast-check'

import { Fault } from '../fault.ts'
import { applySteps } from './apply.ts'
import { readDiff } from './cdiff.ts'
import { parseScript } from './script.ts'

function run(files: Readonly<Record<string, string>>, script: string): Record<string, string> {
  const map = new Map<string, Uint8Array>(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text, 'latin1')]),
  )
  applySteps(map, parseScript(Buffer.from(script, 'latin1')))
  return Object.fromEntries([...map].map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')]))
}

const abc = { 'a.db': 'one:1\ntwo:2\nthree:3\n' }

test('lines are deleted, exchanged and added by the numbers before, whatever the order of the commands', () => {
  const script = 'OPEN a.db\nADD four:4 x  \nXCHG 3 three drei: 3\nDEL 1 on\nCLOSE\n'
  assert.deepEqual(run(abc, script), { 'a.db': 'two:2\ndrei: 3\nfour:4 x  \n' })
})

test('files begin with ADD, end with UNLINK, and every byte of a line survives', () => {
  const script = '# 4096\nOPEN n.db\nADD \u00ff\u0080:x\nCLOSE\nOPEN a.db\nUNLINK a.db\nCLOSE\n'
  assert.deepEqual(run(abc, script), { 'n.db': '\u00ff\u0080:x\n' })
})

test('MOVE takes lines to the end of another file', () => {
  assert.deepEqual(run({ ...abc, 'b.db': 'z\n' }, 'MOVE a.db b.db 2 two 3 three:3\n'), {
    'a.db': 'one:1\n',
    'b.db': 'z\ntwo:2\nthree:3\n',
  })
})

test('a script that does not fit, or could write elsewhere, is refused', () => {
  const cases = [
    ['OPEN a.db\nDEL 2 one\nCLOSE\n', /line 2 of a\.db is not the one/],
    ['OPEN a.db\nDEL 4 x\nCLOSE\n', /line 4 of a\.db is not the one/],
    ['OPEN a.db\nDEL 0 one\nCLOSE\n', /line 0 of a\.db is not the one/],
    ['OPEN b.db\nDEL 1 one\nCLOSE\n', /b\.db, which is not there/],
    ['OPEN a.db\nDEL 1 one\nXCHG 1 one x\nCLOSE\n', /line 1 of a\.db twice/],
    ['OPEN a.db\nDEL one\nCLOSE\n', /names no line/],
    ['OPEN a.db\nXCHG 1 one\nCLOSE\n', /exchanges nothing/],
    ['OPEN a.db\nADD x\n', /does not close a\.db/],
    ['OPEN a.db\nOPEN b.db\n', /before it closes a\.db/],
    ['ADD x\n', /with no file open/],
    ['OPEN a.db\nRUN x\nCLOSE\n', /unknown command RUN/],
    ['OPEN /etc/passwd\nADD x\nCLOSE\n', /unsafe file/],
    ['OPEN ../a\nADD x\nCLOSE\n', /unsafe file/],
    ['OPEN .hidden\nADD x\nCLOSE\n', /unsafe file/],
    ['MOVE a.db ../b 1 one 1 one\n', /unsafe file/],
    ['MOVE a.db a.db 1 one 1 one\n', /to itself/],
    ['MOVE a.db b.db 2 two 1 one\n', /lines 2 to 1/],
    ['OPEN a.db\nMOVE a.db b.db 1 one 1 one\n', /while a\.db is open/],
  ] as const
  for (const [script, message] of cases) {
    assert.throws(
      () => run(abc, script),
      (thrown) => thrown instanceof Fault && message.test(thrown.message),
      script,
    )
  }
})

function diffOf(head: string, script: string): Buffer {
  return Buffer.concat([Buffer.from(head), gzipSync(script), Buffer.from(':sig')])
}

test('a diff is read only with its signature, its own number and the size that it says', () => {
  const signs = (): boolean => true
  assert.equal(Buffer.from(readDiff(diffOf('ClamAV-Diff:7:4:', 'OPEN'), 7, signs)).toString(), 'OPEN')
  const cases = [
    [diffOf('ClamAV-Diff:7:4:', 'OPEN'), 8, /says that it is diff 7/],
    [diffOf('ClamAV-Diff:7:5:', 'OPEN'), 7, /has 4 and not 5 bytes/],
    [diffOf('ClamAV-Diff:7:3:', 'OPEN'), 7, /cannot be unpacked/],
    [diffOf('ClamAV-Diff:7:9999999999:', 'OPEN'), 7, /too large/],
    [diffOf('ClamAV-Diff:7:', 'OPEN'), 7, /has no header/],
    [Buffer.from('ClamAV-Diff:7:4:nothing packed:sig'), 7, /cannot be unpacked/],
    [Buffer.alloc(0), 7, /is not signed/],
  ] as const
  for (const [bytes, version, message] of cases) {
    assert.throws(() => readDiff(bytes, version, signs), message)
  }
  const asked: string[] = []
  const refuse = (_: Uint8Array, signature: string): boolean => asked.push(signature) < 0
  assert.throws(
    () => readDiff(diffOf('ClamAV-Diff:7:4:', 'OPEN'), 7, refuse),
    /digital signature of diff 7 is wrong/,
  )
  assert.deepEqual(asked, ['sig'])
})

test('any script and any diff end in files or in a Fault', () => {
  const word = fc.constantFrom(
    'OPEN',
    'CLOSE',
    'ADD',
    'DEL',
    'XCHG',
    'MOVE',
    'UNLINK',
    'a.db',
    '1',
    '2',
    'one',
    ' ',
    '\n',
    '\n',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word).map((words) => words.join(' ')),
        fc.string(),
      ),
      (script) => {
        onlyFaults(() => run(abc, script))
      },
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parts = ['ClamAV-Diff:1:2:', Buffer.from(bytes).toString('latin1'), ':s'].join('')
      onlyFaults(() => readDiff(bytes, 1, () => true))
      onlyFaults(() => readDiff(Buffer.from(parts, 'latin1'), 1, () => true))
    }),
  )
})

function onlyFaults(work: () => unknown): void {
  try {
    work()
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, String(thrown))
  }
}
