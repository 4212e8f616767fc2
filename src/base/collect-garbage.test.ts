import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const module = JSON.stringify(new URL('collect-garbage.ts', import.meta.url).href)

function run(flags: readonly string[], code: string): unknown {
  const args = [...flags, '--input-type=module', '--eval', `import { HeapWatch } from ${module};${code}`]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as unknown
}

const measured = `
const heap = new HeapWatch()
heap.collectIfGrown()
const used = () => process.memoryUsage().arrayBuffers
const fill = (count) => { for (let i = 0; i < count; i++) new Uint8Array(1 << 20).fill(1) }
fill(2)
heap.collectIfGrown()
const little = used()
fill(24)
const much = used()
heap.collectIfGrown()
console.log(JSON.stringify([little, much, used()].map((bytes) => bytes >> 20)))`

test('free buffers that the heap holds are collected when they have become much, not before', () => {
  const [little, much, after] = run(['--expose-gc'], measured) as [number, number, number]
  assert.ok(little >= 2, `${little} MiB are left alone`)
  assert.ok(much >= 10, `${much} MiB`)
  assert.ok(after < 2, `${after} MiB are left`)
})

test('without the flag nothing is collected, and nothing is wrong', () => {
  const [, much, after] = run([], measured) as [number, number, number]
  assert.equal(after, much)
})

test('a caller with many moments looks once in a while', () => {
  const code = `
const heap = new HeapWatch()
console.log(JSON.stringify([heap.isDue(60_000), heap.isDue(60_000), heap.isDue(0)]))`
  assert.deepEqual(run([], code), [true, false, true])
})
