import assert from 'node:assert/strict'
import test from 'node:test'

import * as fc from 'fast-check'

import { ExecPairing } from './audit-pairing.ts'
import type { ExitFact } from './tier.ts'

function exitOf(pid: number): ExitFact {
  return { pid, startNs: pid * 1000, time: { bootNs: 5000 }, status: 0 }
}

function pairing(): { told: string[]; made: ExecPairing } {
  const told: string[] = []
  const made = new ExecPairing(3000, {
    missed: (pid, bootNs) => told.push(`missed ${pid} at ${bootNs}`),
    exit: ({ pid }) => told.push(`exit ${pid}`),
  })
  return { told, made }
}

test('an exit waits for the start that audit owes, whose exact time the process events have', () => {
  const { told, made } = pairing()
  made.fromEvents(7, 1000, 0)
  made.exit(exitOf(7))
  assert.deepEqual(told, [])
  assert.equal(made.fromAudit(7, 10), 1000)
  made.settle(7)
  assert.deepEqual(told, ['exit 7'])
})

test('an exit waits for all starts of a process', () => {
  const { told, made } = pairing()
  made.fromEvents(7, 1000, 0)
  made.fromEvents(7, 2000, 0)
  made.exit(exitOf(7))
  assert.equal(made.fromAudit(7, 10), 1000)
  made.settle(7)
  assert.deepEqual(told, [])
  assert.equal(made.fromAudit(7, 10), 2000)
  made.settle(7)
  assert.deepEqual(told, ['exit 7'])
})

test('audit may be first, and an exit without a start is told at once', () => {
  const { told, made } = pairing()
  assert.equal(made.fromAudit(7, 0), undefined)
  made.settle(7)
  made.fromEvents(7, 1000, 5)
  made.exit(exitOf(7))
  made.exit(exitOf(8))
  made.expire(9999)
  assert.deepEqual(told, ['exit 7', 'exit 8'])
})

test('a start that audit never tells is found out in time, and the exit follows it', () => {
  const { told, made } = pairing()
  made.fromEvents(7, 1000, 0)
  made.exit(exitOf(7))
  made.expire(2999)
  assert.deepEqual(told, [])
  made.expire(3000)
  assert.deepEqual(told, ['missed 7 at 1000', 'exit 7'])
})

test('a number that is used again closes the process before', () => {
  const { told, made } = pairing()
  made.fromEvents(7, 1000, 0)
  made.exit(exitOf(7))
  made.fromEvents(7, 2000, 1)
  assert.deepEqual(told, ['missed 7 at 1000', 'exit 7'])
  assert.equal(made.fromAudit(7, 2), 2000)
})

test('in any order every exit is told once, and every start by audit or as missed', () => {
  const step = fc.tuple(fc.constantFrom('events', 'audit', 'exit'), fc.nat(3))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { told, made } = pairing()
      let exits = 0
      for (const [index, [what, pid]] of steps.entries()) {
        if (what === 'events') made.fromEvents(pid, index, 0)
        else if (what === 'audit') {
          made.fromAudit(pid, 0)
          made.settle(pid)
        } else {
          made.exit(exitOf(pid))
          exits++
        }
      }
      made.expire(3000)
      const exitsTold = told.filter((one) => one.startsWith('exit')).length
      // A process ends once: a second exit of a number that waits stands for the first.
      assert.ok(exitsTold <= exits)
      made.expire(9000)
      assert.equal(told.filter((one) => one.startsWith('exit')).length, exitsTold)
    }),
  )
})
