// `haechi rules remove`: hashes and rules out of the user's own set.

import { AppError } from '../../base/app-error.ts'
import type { RuleChangeLine } from '../../model/rule-lines.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { RulesRun } from './action.ts'
import { changeLocal, localSetOf } from './change-local.ts'
import { findSigma, removeSigma } from './sigma-local.ts'
import { hashesIn, linesOf, type LocalContent, localFiles, partsIn } from './local-files.ts'

interface Removed {
  readonly kind: RuleChangeLine['kind']
  readonly name: string
}

export async function removeFromLocal(run: RulesRun): Promise<ExitCode> {
  const { config, given, terminal } = run
  const set = localSetOf(config.engine)
  const { found, others } = findSigma(run)
  const removed: Removed[] = []
  if (others.length > 0) {
    changeLocal(set, (before) => others.reduce((content, name) => without(content, name, removed), before))
  }
  removeSigma(run, found)
  const files = localFiles(set.folder)
  const changes = [
    ...found.map(({ name, file }) => ({ kind: 'sigma' as const, name, file })),
    ...removed.map((one) => ({ ...one, file: one.kind === 'hash' ? files.hashes : files.rules })),
  ]
  for (const { kind, name, file } of changes) {
    if (given.json === true) terminal.out(jsonLine({ type: 'rule-removed', version: 1, kind, name, file }))
    else terminal.out(terminal.safe(`removed ${kind} ${name} from ${file}`))
  }
  // It brings in the daemon.
  const { reloadGuard } = await import('../guard/reload.ts')
  const isLoaded = await reloadGuard({ config, socket: given.socket, terminal, json: given.json === true })
  return isLoaded ? exitCodes.clean : exitCodes.error
}

function without(content: LocalContent, name: string, removed: Removed[]): LocalContent {
  const lines = new Set(hashesIn(content.hashes).flatMap((hash) => (hash.name === name ? [hash.line] : [])))
  if (lines.size > 0) {
    removed.push({ kind: 'hash', name })
    const kept = linesOf(content.hashes).filter((_, line) => !lines.has(line))
    return { ...content, hashes: Buffer.from(kept.join('\n')) }
  }
  const rule = partsIn(content.rules).rules.find((other) => other.name === name)
  if (rule === undefined) {
    throw new AppError('not-found', `nothing was changed: your own set has no ${name}`, {
      hint: 'haechi rules list shows what there is; what came from elsewhere is removed there',
    })
  }
  removed.push({ kind: 'rule', name })
  return { ...content, rules: cut(content.rules, rule) }
}

/** The rule, the rest of its last line when it is empty, and the line before it that says where it came from. */
function cut(
  rules: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): Uint8Array {
  const text = Buffer.from(rules).toString('latin1')
  const before = text.slice(0, start).replace(/(^|\n)\/\/ added from [^\n]*\n$/, '$1')
  const after = text.slice(end).replace(/^[ \t\r]*\n/, '')
  return Buffer.from(before + after, 'latin1')
}
