// Contestants that are called from Node: one process for one instance, one for several, and fresh ones for starts.

import { globSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { type Contestant, manyInstances, type Start } from './contestant.ts'
import type { EngineKind, EngineSpec } from './engines/engine.ts'
import { Hosted } from './engines/hosted.ts'
import type { Bench } from './plan.ts'

export interface HostedOptions {
  readonly kind: EngineKind
  readonly rules: EngineSpec['rules']
  readonly databases?: readonly string[]
  /** Kept between processes; only for an engine that can. */
  readonly cache?: string
  readonly isSlow?: boolean
  readonly isAlone?: boolean
  /** Scanned by every fresh process. */
  readonly sample: readonly string[]
}

/** The processes that scan stand when this resolves. */
export async function hostedContestant(bench: Bench, options: HostedOptions): Promise<Contestant> {
  const {
    kind,
    rules,
    databases = [],
    cache,
    sample,
    isSlow = false,
    isAlone = isSlow || bench.clock === 'processor',
  } = options
  const spec: EngineSpec = { kind, rules, databases, ...(cache === undefined ? {} : { cache }) }
  // Fills the cache: what stands was not compiled where it stands.
  if (cache !== undefined) await startOnce(bench, spec, [])
  const alone = new Hosted(bench)
  const { version, signatures } = await alone.open(spec)
  const hosts = new Map([[1, alone]])
  const of = async (instances: number): Promise<Hosted> => {
    const standing = hosts.get(instances)
    if (standing !== undefined) return standing
    const made = new Hosted(bench)
    await made.open(spec)
    await made.threads(instances)
    hosts.set(instances, made)
    return made
  }
  if (!isAlone) await of(manyInstances)
  const compile = (): Promise<Start> => {
    if (cache !== undefined) rmSync(cache, { recursive: true, force: true })
    return startOnce(bench, spec, sample)
  }
  return {
    id: kind,
    version,
    ...(signatures === undefined ? {} : { signatures }),
    isSlow,
    isAlone,
    compile,
    ...(cache === undefined
      ? {}
      : { start: () => startOnce(bench, spec, sample), cacheBytes: () => sizeOf(cache) }),
    scan: async (files, instances) => (await of(instances)).scan(files),
    rss: async (instances) => (await of(instances)).rss,
    stop: async () => {
      for (const host of hosts.values()) await host.end()
    },
  }
}

async function startOnce(bench: Bench, spec: EngineSpec, sample: readonly string[]): Promise<Start> {
  const host = new Hosted(bench)
  try {
    const { ms } = await host.open(spec)
    if (sample.length > 0) await host.scan(sample.slice(0, 1))
    const firstMs = performance.now() - host.startedAt
    await host.scan(sample)
    return { openMs: ms, firstMs, rss: host.rss }
  } finally {
    await host.end()
  }
}

function sizeOf(folder: string): number {
  return globSync('**/*', { cwd: folder }).reduce((sum, name) => {
    const stat = statSync(join(folder, name))
    return stat.isFile() ? sum + stat.size : sum
  }, 0)
}
