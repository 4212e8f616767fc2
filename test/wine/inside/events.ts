// The agent on the double of wevtapi: how many events come, which, how fast; across a stop and a start in the middle. Arguments:
// number of events, and after how many the agent is stopped and started again (0: never).

import { rmSync } from 'node:fs'

import { startAgent } from '../../../src/agent/index.ts'
import type { Event } from '../../../src/model/index.ts'
import { native } from '../../../src/platform/windows/native.ts'

const [total = 0, stopAfter = 0] = process.argv.slice(2).map(Number)
const openHandles = native<number>('wevtapi.dll', 'int32 __stdcall DoubleOpenHandles()')
const stateFile = 'C:\\agent-state.json'
rmSync(stateFile, { force: true })

const latenciesMs: number[] = []
const records: number[] = []
const losses: unknown[] = []
const notices: string[] = []
let sample: Event | undefined
let wake: () => void = () => undefined

function emit(event: Event): void {
  if (event.event.dataset === 'hx.health') {
    if (event.hx?.loss === undefined) notices.push(event.message ?? '')
    else losses.push(event.hx.loss)
    return
  }
  const { record_id: record } = (event.hx?.['winlog'] ?? {}) as { readonly record_id?: number }
  if (event.event.action !== 'exec' || record === undefined) return
  const nowMs = performance.timeOrigin + performance.now()
  latenciesMs.push(nowMs - microseconds(event['@timestamp']) / 1000)
  records.push(record)
  sample = event
  if (records.length === total || records.length === stopAfter) wake()
}

function microseconds(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) * 1000 + Number(time.slice(20, 26))
}

async function run(until: number): Promise<string[]> {
  const reached = new Promise<void>((resolve) => {
    wake = resolve
    if (records.length >= until) resolve()
  })
  const agent = startAgent({ emit, channels: [], folders: [], polling: 'never', stateFile })
  const timer = setTimeout(() => wake(), 60_000)
  await reached
  clearTimeout(timer)
  const { channels } = agent.status
  await agent.stop()
  return [...channels]
}

const channels = stopAfter > 0 ? await run(stopAfter) : []
channels.push(...(await run(total)))
const sorted = latenciesMs.toSorted((a, b) => a - b)
const at = (part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
process.stdout.write(
  JSON.stringify({
    channels,
    count: records.length,
    distinct: new Set(records).size,
    isOrdered: records.every((id, index) => index === 0 || id > (records[index - 1] ?? 0)),
    first: records[0],
    last: records.at(-1),
    losses,
    notices,
    openHandles: openHandles(),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(1),
    sample,
  }),
)
