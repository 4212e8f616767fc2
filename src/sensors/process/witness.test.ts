import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { requireRoot } from '../../../test/support/scratch.ts'
import type { Event } from '../../model/index.ts'
import { EbpfTier } from './ebpf/tier.ts'
import { ProcessEvents } from './events.ts'
import { Witness } from './witness.ts'
import { ProcessTable } from '../process-table.ts'

const everyMs = 20

async function runs(witness: Witness, looks: number): Promise<void> {
  for (let look = 0; look < looks; look++) {
    spawnSync('/bin/true')
    await delay(everyMs + 5)
    witness.tick()
  }
}

function open(t: TestContext, count: () => number): { witness: Witness; told: Event[] } | undefined {
  if (!requireRoot(t)) return undefined
  const told: Event[] = []
  const witness = new Witness(count, (event) => told.push(event), everyMs)
  t.after(() => witness.close())
  return { witness, told }
}

test('a sensor that has gone blind is told, once for a while', async (t) => {
  const opened = open(t, () => 0)
  if (opened === undefined) return
  await runs(opened.witness, 3)
  assert.equal(opened.told.length, 0)
  await runs(opened.witness, 2)
  assert.equal(opened.told.length, 1)
  assert.equal(opened.told[0]?.event.action, 'sensor.mismatch')
  assert.equal(opened.told[0]?.event.dataset, 'hx.health')
  const { counted, witnessed } = (opened.told[0]?.hx?.['mismatch'] ?? {}) as {
    counted?: number
    witnessed?: number
  }
  assert.equal(counted, 0)
  assert.ok((witnessed ?? 0) >= 4)
  assert.equal(opened.witness.mismatches, 1)
})

test('a sensor that sees everything agrees with its witness', async (t) => {
  if (!requireRoot(t)) return
  const events = new ProcessEvents(
    {
      emit: () => undefined,
      lost: () => undefined,
      notice: () => undefined,
      listen: () => undefined,
      processes: new ProcessTable('0'),
      state: { load: () => undefined, save: () => undefined },
      root: '',
    },
    () => undefined,
  )
  const tier = new EbpfTier(events)
  try {
    tier.start()
  } catch (thrown) {
    t.skip(`eBPF is refused here: ${String(thrown)}`)
    return
  }
  t.after(() => tier.stop())
  const opened = open(t, () => tier.execsSeen())
  if (opened === undefined) return
  await runs(opened.witness, 20)
  assert.deepEqual(opened.told, [])
  assert.ok(tier.execsSeen() >= 20)
})
