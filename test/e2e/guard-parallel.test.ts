// Many openers at once: every question is answered, with the verdict of its own file, and every refusal has a line.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { statusOf } from '../support/ask.ts'
import { startGuard } from '../support/guard.ts'
import { eicar, must } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const opensEach = 10_000
const files = 1200

/** Even numbers are malicious, each with its own white space; odd ones look alike but are not EICAR. */
const make = `
import os, sys
place, eicar, files = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(files):
  digits = format(number // 2, '010b')
  white = ''.join(' ' if digit == '0' else '\\t' for digit in digits) + '\\n' * (number // 2 % 50)
  text = eicar + white if number % 2 == 0 else eicar + white + '!' + white
  with open(f'{place}/{number}', 'w') as file: file.write(text)`

/** Opens at random and prints how often each file was refused; some clean ones are held open for writing, so that
 *  the kernel remembers nothing about them. */
const open = `
import json, os, random, sys
place, files, opens, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
held = [os.open(f'{place}/{number}', os.O_RDWR) for number in range(1, files, 6)]
choose = random.Random(seed)
refused, wrong = {}, []
for _ in range(opens):
  number = choose.randrange(files)
  try:
    fd = os.open(f'{place}/{number}', os.O_RDONLY)
    os.close(fd)
    if number % 2 == 0: wrong.append(f'{number} opened')
  except OSError as error:
    if number % 2 == 1 or error.errno != 1: wrong.append(f'{number} refused: {error}')
    refused[number] = refused.get(number, 0) + 1
print(json.dumps({'pid': os.getpid(), 'refused': refused, 'wrong': wrong[:20]}))`

interface Report {
  readonly pid: number
  readonly refused: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

test('two processes with 10,000 opens each and 4 instances: every open is answered, no verdict is mixed up, no line is missing', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  await must('python3', ['-c', make, place, eicar, `${files}`])
  // In a file: as an argument it would stand in every one of 10,000 lines, and those have a bound.
  writeFileSync(scratch.at('open.py'), open)
  await using guard = await startGuard({ places: [place], args: ['--instances', '4', '--no-sweep'] })
  const started = performance.now()
  const outputs = await Promise.all(
    ['one', 'two'].map((seed) =>
      must('python3', [scratch.at('open.py'), place, `${files}`, `${opensEach}`, seed], {
        timeoutMs: 60_000,
      }),
    ),
  )
  const seconds = (performance.now() - started) / 1000
  const reports = outputs.map(({ stdout }) => JSON.parse(stdout) as Report)
  const expected = new Map<string, number>()
  for (const { pid, refused, wrong } of reports) {
    assert.deepEqual(wrong, [])
    for (const [number, count] of Object.entries(refused)) expected.set(`${pid} ${place}/${number}`, count)
  }
  const total = [...expected.values()].reduce((sum, count) => sum + count, 0)
  assert.ok(total > opensEach * 0.9, 'about half of all opens were refused')
  await guard.waitForDecision(() => guard.decisions.length >= total, 20_000)
  const lines = new Map<string, number>()
  for (const { pid, path, verdict, decision, detections } of guard.decisions) {
    assert.deepEqual([verdict, decision, detections.length], ['found', 'deny', 1])
    assert.deepEqual(detections[0]?.chain, [path.slice(place.length + 1)], 'the line names its own file')
    lines.set(`${pid} ${path}`, (lines.get(`${pid} ${path}`) ?? 0) + 1)
  }
  assert.deepEqual(lines, expected)
  const instances = new Set(guard.decisions.map(({ instance }) => instance))
  assert.ok(instances.size >= 2, 'more than one instance worked')
  const { gate } = await statusOf(guard)
  assert.equal(gate.counters.denied, total)
  assert.equal(gate.counters.questions, gate.counters.allowed + gate.counters.denied)
  assert.equal(gate.counters.deadlines, 0)
  const { p50, p99, max } = gate.latencyUs
  t.diagnostic(
    `${seconds.toFixed(1)} s, ${gate.counters.questions} questions, µs: ${p50}, 99 % ${p99}, max ${max}`,
  )
  assert.equal(guard.stderr, '')
})
