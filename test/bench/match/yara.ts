// `yara` and `yarac` on the command line. A run's start, with the rules loaded, is measured with an empty file right
// before and taken off its time. It answers only at the end: there are no times of single files.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { rssBytes } from '../machine.ts'
import type { Contestant, Start } from './contestant.ts'
import type { Scanned } from './engines/messages.ts'
import type { Bench } from './plan.ts'
import type { RuleSet } from './rules/rule-set.ts'
import { yaraDefinitions } from './rules/variables.ts'

/** Sampling of the process's memory. */
const lookEveryMs = 2

/** Undefined where it is not installed. */
export async function yaraContestant(
  bench: Bench,
  rules: RuleSet,
  sample: readonly string[],
): Promise<Contestant | undefined> {
  const { exec, aside } = bench
  const version = await exec('yara', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (version === undefined) return undefined
  const nothing = join(aside, 'yara-nothing')
  const compiled = join(aside, 'rules.yarc')
  const emptyRules = join(aside, 'empty.yar')
  const emptyCompiled = join(aside, 'empty.yarc')
  writeFileSync(nothing, '')
  writeFileSync(emptyRules, 'rule matches_nothing { condition: false }\n')
  const sources = rules.files.map(({ namespace, path }) => `${namespace}:${path}`)
  const compile = async (from: readonly string[], to: string): Promise<number> =>
    (await exec('yarac', ['-w', ...yaraDefinitions, ...from, to])).ms
  await compile(sources, compiled)
  await compile([emptyRules], emptyCompiled)
  const arguments_ = (database: string, files: readonly string[], instances: number): string[] => {
    const list = join(aside, 'yara-list')
    writeFileSync(list, `${files.join('\n')}\n`)
    return ['-w', '-f', '-p', `${instances}`, '-C', database, '--scan-list', list]
  }
  const timed = (
    database: string,
    files: readonly string[],
    instances: number,
  ): Promise<{ ms: number; stdout: string }> => exec('yara', arguments_(database, files, instances))
  const rss = (instances: number): Promise<number> =>
    peakMemory(bench, arguments_(compiled, sample, instances))
  return {
    id: 'yara',
    version,
    compile: async (): Promise<Start> => {
      const bare = await compile([emptyRules], emptyCompiled)
      const openMs = (await compile(sources, compiled)) - bare
      return { openMs, firstMs: 0, rss: 0 }
    },
    start: async () => {
      const bare = await timed(emptyCompiled, [nothing], 1)
      const loaded = await timed(compiled, sample.slice(0, 1), 1)
      return { openMs: loaded.ms - bare.ms, firstMs: loaded.ms, rss: await rss(1) }
    },
    cacheBytes: () => statSync(compiled).size,
    scan: async (files, instances): Promise<Scanned> => {
      const start = await timed(compiled, [nothing], instances)
      const { ms, stdout } = await timed(compiled, files, instances)
      return { ms: Math.max(0.1, ms - start.ms), each: [], found: matchesOf(stdout, files) }
    },
    rss,
    stop: async () => undefined,
  }
}

/** Lines of `RULE PATH`. */
function matchesOf(output: string, files: readonly string[]): string[][] {
  const byFile = new Map(files.map((file): [string, string[]] => [file, []]))
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ')
    byFile.get(line.slice(space + 1))?.push(line.slice(0, space))
  }
  return [...byFile.values()].map((names) => names.toSorted())
}

async function peakMemory(bench: Bench, args: readonly string[]): Promise<number> {
  const child = spawn('yara', args, { stdio: 'ignore' })
  const forget = bench.cleanUp.addProcess(child.pid)
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, rssBytes(child.pid ?? 0))
    } catch {
      // It has ended.
    }
  }, lookEveryMs)
  try {
    await once(child, 'exit')
    return peak
  } finally {
    clearInterval(timer)
    forget()
  }
}
