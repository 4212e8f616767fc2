// Archives made to exhaust a scanner, opened under guard: an answer in time, a partial verdict, bounded memory.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { rssBytes } from '../support/guard-figures.ts'
import { startGuard } from '../support/guard.ts'
import { openEach, openOnce, startProbe } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'
import { zipOf } from '../support/zip-writer.ts'

const deadlineMs = 3000
const mib = 1024 ** 2

/** A megabyte that unpacks to a gigabyte. */
function zeros(): Uint8Array {
  const data = new Uint8Array(128 * mib)
  return zipOf(Array.from({ length: 8 }, (_, index) => ({ name: `zeros-${index}`, data })))
}

function many(): Uint8Array {
  return zipOf(Array.from({ length: 100_000 }, (_, index) => ({ name: `${index}`, data: 'x', method: 0 })))
}

/** Like 42.zip: sixteen copies in each of five levels, a member of zeros at the bottom. */
function nested(): Uint8Array {
  let inner = zipOf([{ name: 'zeros', data: new Uint8Array(16 * mib) }])
  for (let level = 0; level < 5; level++) {
    const data = inner
    inner = zipOf(Array.from({ length: 16 }, (_, index) => ({ name: `${level}-${index}.zip`, data })))
  }
  return inner
}

for (const [title, make] of Object.entries({
  'zip bomb of 1 GB of zeros': zeros,
  'zip with 100,000 members': many,
  'zip of zips of zips, as 42.zip': nested,
})) {
  test(`a ${title}: answered within the deadline, partial, bounded memory`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const path = scratch.at('bomb.zip')
    const bytes = make()
    writeFileSync(path, bytes)
    const clean = scratch.at('clean.txt')
    writeFileSync(clean, 'clean\n')
    await using guard = await startGuard({
      places: [scratch.path],
      args: ['--no-sweep', '--instances', '2', '--deadline', `${deadlineMs}ms`],
    })
    const before = rssBytes(guard.pid)
    let peak = before
    const sampler = setInterval(() => {
      peak = Math.max(peak, rssBytes(guard.pid))
    }, 20)
    t.after(() => {
      clearInterval(sampler)
    })
    const opener = startProbe<{ ms: number; code: string }>('done(open(args))', path)
    const [opened, other] = await Promise.all([opener.result, openOnce(clean)])
    // The late verdict, where the scan takes longer than the opener waits, is partial as well.
    const line = await guard.waitForDecision((decision) => decision.path === path, 10_000)
    clearInterval(sampler)
    t.diagnostic(
      `${(bytes.length / mib).toFixed(1)} MiB: ${opened.ms.toFixed(0)} ms, ${line.reasons[0]?.code}, ` +
        `memory +${((peak - before) / mib).toFixed(0)} MiB to ${(peak / mib).toFixed(0)} MiB`,
    )
    assert.ok(opened.ms < deadlineMs + 1000, `answered after ${opened.ms} ms`)
    assert.equal(line.verdict, 'partial')
    assert.ok(other.code === '' && other.ms < 100, `clean: ${other.code} ${other.ms} ms`)
    assert.ok(peak - before < 200 * mib, `${(peak - before) / mib} MiB more`)
    assert.deepEqual(
      (await openEach([clean])).map(({ code }) => code),
      [''],
    )
    assert.equal(await guard.stop(), 0)
  })
}
