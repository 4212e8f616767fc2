// Every check of the project in one command. All run even when one fails, so that one look shows all there is to do.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

interface Outcome {
  readonly name: string
  readonly ok: boolean
  readonly output: string
}

const root = dirname(import.meta.dirname)
const bin = join(root, 'node_modules', '.bin')

// Two at a time: the tools are parallel themselves, and a small machine has two cores.
const atOnce = 2
// A tool that hangs is a failed check, not a hung build.
const timeoutMs = 300_000

const checks: readonly Check[] = [
  tool('tsc', ['-p', '.']),
  tool('oxlint', ['--type-aware', '--deny-warnings', '--report-unused-disable-directives']),
  tool('oxfmt', ['--check', '.']),
  script('check-deps.ts'),
  tool('knip', ['--no-progress']),
  ...(existsSync(join(root, 'scripts', 'gen-docs.ts')) ? [script('gen-docs.ts', '--check')] : []),
]

function tool(name: string, args: readonly string[]): Check {
  return { name, command: join(bin, name), args }
}

function script(name: string, ...args: readonly string[]): Check {
  const label = name.replace(/\.ts$/, '')
  return { name: label, command: process.execPath, args: [join(root, 'scripts', name), ...args] }
}

async function perform(check: Check): Promise<Outcome> {
  const started = performance.now()
  const result = await output(check)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${result.ok ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(12)}${seconds.padStart(6)} s`)
  return { name: check.name, ...result }
}

function output(check: Check): Promise<{ ok: boolean; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ ok: boolean; output: string }>()
  // The tools' launchers look for `node` in PATH: it has to be the project's own.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }
  const child = spawn(check.command, check.args, {
    cwd: root,
    env,
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const append = (chunk: string): void => {
    text += chunk
  }
  child.stdout.setEncoding('utf8').on('data', append)
  child.stderr.setEncoding('utf8').on('data', append)
  child.on('error', (error) => {
    resolve({ ok: false, output: `${error.message}\n` })
  })
  child.on('close', (code, signal) => {
    if (signal !== null) text += `ended by ${signal} (limit: ${timeoutMs / 1000} s)\n`
    resolve({ ok: code === 0, output: text })
  })
  return promise
}

/** Takes checks from the shared queue until it is empty. */
async function worker(queue: Check[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) outcomes.push(await perform(next))
  return outcomes
}

const queue = [...checks]
const outcomes = (await Promise.all(Array.from({ length: atOnce }, () => worker(queue)))).flat()
const failed = outcomes.filter((outcome) => !outcome.ok)

for (const outcome of failed) console.log(`\n── ${outcome.name} ──\n${outcome.output.trimEnd()}`)
const names = failed.map((outcome) => outcome.name).join(', ')
console.log(`\ncheck: ${outcomes.length - failed.length} ok, ${failed.length} failed${names && `: ${names}`}`)
process.exitCode = failed.length === 0 ? 0 : 1
