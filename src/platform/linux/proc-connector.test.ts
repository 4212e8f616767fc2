import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { openExecWitness, ProcConnector, type ProcessEvent, ProcessEventKind } from './proc-connector.ts'

const wide = 8 * 1024 * 1024

function drain(connector: ProcConnector): ProcessEvent[] {
  const events: ProcessEvent[] = []
  while (connector.receive((event) => events.push({ ...event }), 1000));
  return events
}

/** Programs run one after the other by one shell. */
function runPrograms(count: number): number {
  const script = 'i=0; while [ $i -lt $1 ]; do /bin/true; i=$((i+1)); done'
  const { status, pid } = spawnSync('/bin/sh', ['-c', script, 'sh', String(count)])
  assert.equal(status, 0)
  return pid
}

test('the life of a process is told: fork, exec and exit with its status', (t) => {
  if (!requireRoot(t)) return
  using connector = new ProcConnector({ receiveBytes: wide })
  const { pid } = spawnSync('/bin/sh', ['-c', 'exit 7'])
  const own = drain(connector).filter(({ process: one }) => one === pid)
  const fork = must(own.find(({ kind }) => kind === ProcessEventKind.fork))
  const exec = must(own.find(({ kind }) => kind === ProcessEventKind.exec))
  const exit = must(own.find(({ kind, thread }) => kind === ProcessEventKind.exit && thread === pid))
  assert.equal(fork.other, process.pid)
  assert.equal(exit.value >> 8, 7)
  assert.equal(exit.other, process.pid)
  assert.ok(fork.timeNs <= exec.timeNs && exec.timeNs <= exit.timeNs)
  assert.ok(Math.abs(Number(process.hrtime.bigint()) - exit.timeNs) < 10e9)
  assert.equal(connector.dropped, 0)
})

test('every exec is counted, and nothing dropped', (t) => {
  if (!requireRoot(t)) return
  using connector = new ProcConnector({ receiveBytes: wide })
  const shell = runPrograms(300)
  const events = drain(connector)
  const children = new Set(
    events
      .filter((one) => one.kind === ProcessEventKind.fork && one.other === shell)
      .map((one) => one.process),
  )
  const execs = events.filter((one) => one.kind === ProcessEventKind.exec && children.has(one.process))
  assert.equal(execs.length, 300)
  assert.equal(connector.dropped, 0)
  assert.equal(connector.overruns, 0)
})

test('what a small buffer drops is counted exactly: a wide one beside it is the measure', (t) => {
  if (!requireRoot(t)) return
  using measure = new ProcConnector({ receiveBytes: wide })
  using small = new ProcConnector({ receiveBytes: 4096 })
  const ahead = (): number => {
    runPrograms(1)
    drain(small)
    drain(measure)
    return measure.received - small.received - small.dropped
  }
  // What other programs do between the two readings, and drops that no later event has shown yet, only add to it.
  const least = (): number => Math.min(...Array.from({ length: 40 }, ahead))
  const before = least()
  runPrograms(200)
  assert.equal(least(), before)
  assert.ok(small.dropped > 400, `only ${small.dropped} dropped`)
  assert.ok(small.overruns > 0)
  assert.equal(measure.dropped, 0)
})

test('the witness counts the starts of programs since it was last asked', (t) => {
  if (!requireRoot(t)) return
  using witness = openExecWitness()
  runPrograms(50)
  const { execs, overruns } = witness.take()
  // The shell and its programs, and whatever else the host has started meanwhile.
  assert.ok(execs >= 51 && execs < 500, `${execs} execs`)
  assert.equal(overruns, 0)
  assert.ok(witness.take().execs < 51)
})
