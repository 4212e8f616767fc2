// Where the time goes: the processor profile of a piece of work, its own time added up by part of the engine.

import { Session } from 'node:inspector/promises'

import type { Profiled } from './messages.ts'

export interface ProfileRow {
  readonly part: string
  readonly ms: number
  /** The functions that took most. */
  readonly most: readonly { readonly name: string; readonly ms: number }[]
}

/** The first that fits decides. */
const parts: readonly (readonly [part: string, where: RegExp])[] = [
  ['first pass (WebAssembly)', /^wasm:/],
  ['verification: programs', /\/matcher\/regex\//],
  ['verification and hits', /\/matcher\/(?:verifier|matcher|hit-list|hits|chains)/],
  ['first pass: copying in', /\/matcher\/kernel\//],
  ['compiling patterns', /\/matcher\//],
  ['reading rules', /\/yara\/language\//],
  ['conditions', /\/yara\/(?:condition|scanner|rule-table)/],
  ['modules', /\/yara\/modules\/|\/engine\/parsers\//],
  ['yara, the rest', /\/detectors\/yara\//],
  ['clamav', /\/detectors\/clamav\//],
  ['hash lists, eicar', /\/detectors\//],
  ['formats', /\/engine\/(?:formats|codecs)\//],
  ['reading files', /\/engine\/source\/|^node:(?:internal\/)?fs/],
  ['scan and sweep', /\/src\/engine\//],
]
const intervalUs = 200
const shown = 4

export async function profiled(work: () => Promise<void>): Promise<Profiled> {
  using session = new DisposableSession()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: intervalUs })
  await session.post('Profiler.start')
  const started = performance.now()
  await work()
  const ms = performance.now() - started
  const { profile } = await session.post('Profiler.stop')
  const own = new Map<number, number>()
  for (const [index, node] of (profile.samples ?? []).entries()) {
    own.set(node, (own.get(node) ?? 0) + (profile.timeDeltas?.[index] ?? 0) / 1000)
  }
  const byPart = new Map<string, Map<string, number>>()
  for (const { id, callFrame } of profile.nodes) {
    const spent = own.get(id) ?? 0
    // The profiler's own time is nobody's.
    if (spent === 0 || callFrame.url === 'node:inspector') continue
    const part = partOf(callFrame)
    const functions = byPart.get(part) ?? new Map<string, number>()
    const name = nameOf(callFrame)
    functions.set(name, (functions.get(name) ?? 0) + spent)
    byPart.set(part, functions)
  }
  return {
    ms,
    rows: [...byPart].map(([part, functions]) => row(part, functions)).toSorted((a, b) => b.ms - a.ms),
  }
}

class DisposableSession extends Session {
  constructor() {
    super()
    this.connect()
  }

  [Symbol.dispose](): void {
    this.disconnect()
  }
}

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

function partOf({ url, functionName }: Frame): string {
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (url === '' && ['(program)', '(idle)', '(root)'].includes(functionName)) return 'outside of the program'
  return parts.find(([, where]) => where.test(url))?.[0] ?? 'Node and the rest'
}

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const file = url.split('/').at(-1) ?? ''
  return `${functionName === '' ? '(anonymous)' : functionName} ${file}:${lineNumber + 1}`
}

function row(part: string, functions: ReadonlyMap<string, number>): ProfileRow {
  const all = [...functions].map(([name, ms]) => ({ name, ms })).toSorted((left, right) => right.ms - left.ms)
  return { part, ms: all.reduce((sum, { ms }) => sum + ms, 0), most: all.slice(0, shown) }
}
