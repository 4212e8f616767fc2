import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { must } from '../../../test/support/must.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { Assembler } from '../../platform/linux/bpf/assembler.ts'
import { ProgramType, R } from '../../platform/linux/bpf/instructions.ts'
import { BpfMap } from '../../platform/linux/bpf/maps.ts'
import { Program } from '../../platform/linux/bpf/programs.ts'
import { kernelStep } from './kernel.ts'
import { taintOf } from './kernel-modules.ts'
import { runStep } from './step-under-test.ts'

test('the kernel is told with its settings, mounts, BPF objects, log, and files that are open and deleted', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('wiped.log')
  writeFileSync(path, 'what was written')
  const fd = openSync(path, 'r+')
  t.after(() => closeSync(fd))
  rmSync(path)
  scratch.mount('-t', 'tmpfs', '-o', 'noexec', 'planted source', scratch.folder('a folder'))
  using program = Program.load({
    type: ProgramType.rawTracepoint,
    name: 'planted_prog',
    code: new Assembler().constant(R.r0, 0).exit().build(),
  })
  using link = program.attachRawTracepoint('sched_process_exit')
  using map = BpfMap.create({ type: 1, keyBytes: 4, valueBytes: 24, maxEntries: 77, name: 'planted_map' })
  assert.ok(link.fd > 0 && map.fd > 0)
  const mark = `planted line ${process.pid}`
  writeFileSync('/dev/kmsg', `<5>${mark} \u001b[31m\n`)
  const given = await runStep(kernelStep)

  const [kernel] = given.rows('kernel')
  assert.equal(kernel?.['core_pattern'], readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim())
  assert.equal(kernel['taint'], Number(readFileSync('/proc/sys/kernel/tainted', 'utf8')))

  const loaded = must(given.rows('bpf-programs').find((row) => row['name'] === 'planted_prog'))
  assert.deepEqual([loaded['type'], loaded['createdByUid'], loaded['mapCount']], ['raw_tracepoint', 0, 0])
  const hung = must(given.rows('bpf-links').find((row) => row['programId'] === loaded['id']))
  assert.equal(hung['type'], 'raw_tracepoint')
  const stored = must(given.rows('bpf-maps').find((row) => row['name'] === 'planted_map'))
  assert.deepEqual([stored['keyBytes'], stored['valueBytes'], stored['maxEntries']], [4, 24, 77])

  const log = must(given.rows('kernel-log').find((row) => String(row['message']).startsWith(mark)))
  assert.deepEqual([log['level'], log['facility'], log['message']], [5, 1, `${mark} \u001b[31m`])

  const mount = must(given.rows('mounts').find((row) => row['point'] === scratch.at('a folder')))
  assert.deepEqual([mount['source'], mount['file_system']], ['planted source', 'tmpfs'])
  assert.match(String(mount['options']), /noexec/)

  const open = must(given.rows('deleted-files').find((row) => row['pid'] === process.pid && row['fd'] === fd))
  assert.deepEqual([open['path'], open['how']], [`${path} (deleted)`, 'descriptor'])

  const setting = given.rows('settings').find((row) => row['name'] === 'kernel.ostype')
  assert.equal(setting?.['value'], 'Linux')
  const names = new Set(given.rows('settings').map((row) => row['name']))
  assert.ok(names.has('net.ipv4.ip_forward') && names.has('fs.file-max'))
  const [symbols] = given.rows('kernel-symbols')
  assert.ok(Number(symbols?.['symbols']) > 10_000)
  assert.deepEqual([symbols?.['system_calls_outside'], symbols?.['bpf_unlisted_tags']], [[], []])
  // No module hides on the machine of a test.
  assert.deepEqual(
    given.rows('modules').filter((row) => (row['hidden_from'] as string[]).length > 0),
    [],
  )
})

test('settings agree with sysctl', async (t) => {
  if (!requireRoot(t)) return
  const shown = spawnSync('sysctl', ['-a'], { encoding: 'utf8' })
  if (shown.error !== undefined) return t.skip('SKIPPED, NOT TESTED: there is no sysctl')
  const given = await runStep(kernelStep)
  const values = new Map(given.rows('settings').map((row) => [row['name'], row['value']]))
  // Those that count, and those that are made anew for each reader.
  const moving =
    /random|inode-|dentry-state|file-nr|ns_last_pid|nf_conntrack_count|inode_state|pty\.nr|boot_id|scan|stat/
  const wrong: string[] = []
  for (const line of shown.stdout.split('\n')) {
    const [, name = '', value = ''] = /^(\S+) = (.*)$/.exec(line) ?? []
    const ours = values.get(name)
    if (name === '' || moving.test(name) || value === '') continue
    if (typeof ours !== 'string' || !ours.split('\n').includes(value)) wrong.push(line)
  }
  assert.deepEqual(wrong, [])
})

test('the bits of the taint have their names', () => {
  assert.deepEqual(taintOf(0), [])
  assert.deepEqual(
    taintOf(0x3001).map((reason) => reason[0]),
    ['P', 'O', 'E'],
  )
})
