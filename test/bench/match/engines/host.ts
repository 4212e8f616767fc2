// The process that a contestant lives in: opens it, scans what it is told to, and tells how long that took. Each has one
// of its own, so that neither memory nor compiled code of one has to do with another.

import { performance } from 'node:perf_hooks'

import type { Clock } from '../plan.ts'
import { type EngineModule, engineModule, type EngineSpec, type ScanEngine } from './engine.ts'
import type { Answer, Opened, Profiled, Request, Scanned } from './messages.ts'
import { profiled } from './profiler.ts'
import { Team } from './team.ts'

let opened: { spec: EngineSpec; engine: ScanEngine } | undefined
let team: Team | undefined
let module: EngineModule | undefined

async function answer(request: Request): Promise<unknown> {
  switch (request.type) {
    case 'open':
      return open(request)
    case 'threads':
      await team?.end()
      team =
        request.count === 1
          ? undefined
          : await Team.start(current().spec, current().engine.shared, request.count)
      return undefined
    case 'scan':
      return team === undefined ? scanAlone(request) : team.scan(request.files)
    case 'profile':
      return profile(request)
  }
}

async function open({ spec, clock }: Extract<Request, { type: 'open' }>): Promise<Opened> {
  // The program itself is not what is measured here.
  module ??= await engineModule(spec.kind)
  const started = now(clock)
  const engine = module.open(spec)
  const ms = now(clock) - started
  opened = { spec, engine }
  const { version, signatures } = engine
  return { ms, version, ...(signatures === undefined ? {} : { signatures }) }
}

function current(): { spec: EngineSpec; engine: ScanEngine } {
  if (opened === undefined) throw new Error('nothing was opened')
  return opened
}

/** Milliseconds since some moment. */
function now(clock: Clock): number {
  if (clock === 'wall') return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function scanAlone({ files, clock }: Extract<Request, { type: 'scan' }>): Scanned {
  const { engine } = current()
  const each: number[] = []
  const found: string[][] = []
  const started = now(clock)
  for (const file of files) {
    const before = now(clock)
    found.push(engine.scan(file))
    each.push(now(clock) - before)
  }
  return { ms: now(clock) - started, each, found: found.map((names) => names.toSorted()) }
}

async function profile({ request, times }: Extract<Request, { type: 'profile' }>): Promise<Profiled> {
  return profiled(async () => {
    for (let time = 0; time < times; time++) await answer(request)
  })
}

process.on('message', (request: Request) => {
  answer(request).then(
    (result) => process.send?.({ result } satisfies Answer),
    (fault: unknown) =>
      process.send?.({ error: fault instanceof Error ? String(fault.stack) : String(fault) }),
  )
})
process.on('disconnect', () => process.exit(0))
