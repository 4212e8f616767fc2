import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import * as fc from 'fast-check'

import { requireRoot } from '../../../../test/support/scratch.ts'
import { findFunction, functionOffset } from './elf-symbol.ts'
import { ReadlineProbe, type TypedLine } from './readline-probe.ts'

const bash = '/bin/bash'

test('lines that are typed into bash are seen, built-ins and a leading blank too', async (t) => {
  if (!requireRoot(t)) return
  if (!existsSync(bash) || functionOffset(bash, 'readline') === undefined) {
    t.skip('no bash with a readline of its own')
    return
  }
  using probe = ReadlineProbe.open()
  probe.add(bash)
  probe.add(bash)
  const typed = [' export SECRET=1', 'unset HISTFILE; history -c', 'echo grüße']
  // Without a terminal an interactive bash still reads its lines by readline when it is told to.
  const shell = spawn(bash, ['--norc', '--noprofile', '-i', '-o', 'emacs'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/bin:/usr/bin', TERM: 'dumb', HISTFILE: '/dev/null' },
  })
  t.after(() => shell.kill('SIGKILL'))
  shell.stdin.end(`${typed.join('\n')}\nexit\n`)
  const lines: TypedLine[] = []
  for (
    let turn = 0;
    turn < 200 && !lines.some(({ pid, line }) => pid === shell.pid && line === 'exit');
    turn++
  ) {
    await delay(10)
    probe.drain((line) => lines.push(line))
  }
  const own = lines.filter(({ pid }) => pid === shell.pid)
  assert.deepEqual(
    own.map(({ line }) => line),
    [...typed, 'exit'],
  )
  assert.ok(own.every(({ uid }) => uid === process.getuid?.()))
  assert.ok(own.every(({ timeNs }) => timeNs > 0n))
  assert.equal(probe.drops(), 0)
})

test('a file without readline is refused', (t) => {
  if (!requireRoot(t)) return
  using probe = ReadlineProbe.open()
  assert.throws(() => probe.add('/bin/true'), /no function readline/)
  assert.throws(() => probe.add('/nowhere'), /no function readline/)
  assert.throws(() => probe.add('/dev/zero'), /no function readline/)
})

test('a function is where the tools of the system say', (t) => {
  const objdump = spawnSync('objdump', ['-T', bash], { encoding: 'latin1', maxBuffer: 64 << 20 })
  const address = /^([0-9a-f]+) g +DF \.text\t[0-9a-f]+ +Base +readline$/m.exec(objdump.stdout)?.[1]
  if (address === undefined) {
    t.skip('no objdump, or no bash with a readline of its own')
    return
  }
  const header = spawnSync('objdump', ['-h', bash], { encoding: 'latin1' }).stdout
  const [, vma = '0', offset = '0'] =
    /^ *\d+ \.text +[0-9a-f]+ +([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+)/m.exec(header) ?? []
  const expected = Number.parseInt(address, 16) - Number.parseInt(vma, 16) + Number.parseInt(offset, 16)
  assert.equal(functionOffset(bash, 'readline'), expected)
})

test('no bytes make the search throw', () => {
  const real = existsSync(bash) ? readFileSync(bash).subarray(0, 4096) : Buffer.alloc(64)
  const change = fc.tuple(fc.nat(63), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(4096), (changes, length) => {
      const bytes = Buffer.from(real.subarray(0, length))
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      findFunction(bytes, 'readline')
    }),
    { numRuns: 300 },
  )
})
