// `haechi rules add`: a hash, a byte pattern or rules for the user's own set.

import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { compileSources } from '../../engine/signatures/signatures.ts'
import type { RuleChangeLine } from '../../model/rule-lines.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeProblems } from '../render/problems.ts'
import type { RulesRun } from './action.ts'
import { changeLocal, type LocalSet, localSetOf } from './change-local.ts'
import { isSigmaFile } from './options.ts'
import {
  hashesIn,
  linesOf,
  type LocalContent,
  localFiles,
  localNamespace,
  partsIn,
  problemOfList,
} from './local-files.ts'
import { addSigma, checkSigma } from './sigma-local.ts'

/** Something to add: what it is called, and the content with it. */
interface Addition {
  readonly kind: RuleChangeLine['kind']
  readonly names: readonly string[]
  /** Behind what is there. */
  readonly hashes?: Uint8Array
  readonly rules?: Uint8Array
  /** Its place in messages. */
  readonly from: string
}

const hashListExtensions = new Set(['.txt', '.csv', '.md5', '.sha1', '.sha256'])
/** Fewer fixed bytes than this are found in too many files that are not meant. */
const leastFixedBytes = 4

export async function addToLocal(run: RulesRun): Promise<ExitCode> {
  const { config, given, terminal } = run
  const set = localSetOf(config.engine)
  const isNamed = given.hash !== undefined || given.pattern !== undefined
  const sigmaFiles = isNamed
    ? []
    : [...run.operands, ...(given.rule ?? [])].filter((file) => isSigmaFile(file))
  const additions = additionsOf(run)
  const sigmaAdditions = checkSigma(run, sigmaFiles)
  if (additions.length > 0) {
    changeLocal(set, (before) =>
      additions.reduce((content, addition) => withAddition(run, { set, content, addition }), before),
    )
  }
  for (const { name, file } of addSigma(run, sigmaAdditions)) tellAdded(run, { kind: 'sigma', name, file })
  const files = localFiles(set.folder)
  for (const { kind, names } of additions) {
    const file = kind === 'hash' ? files.hashes : files.rules
    for (const name of names) tellAdded(run, { kind, name, file })
  }
  // It brings in the daemon.
  const { reloadGuard } = await import('../guard/reload.ts')
  const isLoaded = await reloadGuard({ config, socket: given.socket, terminal, json: given.json === true })
  return isLoaded ? exitCodes.clean : exitCodes.error
}

function tellAdded(
  { given, terminal }: RulesRun,
  added: Pick<RuleChangeLine, 'kind' | 'name' | 'file'>,
): void {
  const { kind, name, file } = added
  if (given.json === true) terminal.out(jsonLine({ type: 'rule-added', version: 1, ...added }))
  else terminal.out(terminal.safe(`added ${kind} ${name} to ${file}`))
}

function additionsOf({ given, operands }: RulesRun): Addition[] {
  const [name = ''] = operands
  if (given.hash !== undefined) return [hashAddition(given.hash, name)]
  if (given.pattern !== undefined) return [patternAddition(given.pattern, name)]
  return [
    ...operands
      .filter((file) => !isSigmaFile(file))
      .map((file) =>
        hashListExtensions.has(extname(file).toLowerCase()) ? hashListAddition(file) : ruleAddition(file),
      ),
    ...(given.rule ?? []).filter((file) => !isSigmaFile(file)).map((file) => ruleAddition(file)),
  ]
}

function hashAddition(given: string, name: string): Addition {
  const [, hash = '', size = '*'] = /^([^:]*)(?::(\d+))?$/.exec(given) ?? []
  const line = Buffer.from(`${hash.toLowerCase()}:${size}:${name}\n`)
  const problem = hash === '' ? 'it is written HASH or HASH:SIZE' : problemOfList(line)
  if (problem !== undefined || hashesIn(line)[0]?.name !== name) {
    throw new AppError('usage', `${given} cannot be added as ${name}: ${problem ?? 'that is no name'}`, {
      hint: 'such as: haechi rules add --hash 44d88612fea8a8f36de82e1278abb02f:68 Our.Test',
    })
  }
  return { kind: 'hash', names: [name], hashes: line, from: given }
}

function patternAddition(given: string, name: string): Addition {
  const hex = given
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim()
  const fixed = hex.replaceAll(/\[[^\]]*\]/g, ' ').match(/(?<![~?\w])(?:[0-9a-fA-F]{2})+(?![?\w])/g) ?? []
  const wrong = patternProblem(hex, fixed.join('').length / 2, name)
  if (wrong !== undefined) {
    throw new AppError('usage', wrong, {
      hint: "such as: haechi rules add --pattern '4d 5a ?? 00 [2-4] ff d8' Our_Bytes",
    })
  }
  const text = `rule ${name}\n{\n  strings:\n    $pattern = { ${hex} }\n  condition:\n    $pattern\n}\n`
  return { kind: 'pattern', names: [name], rules: Buffer.from(text), from: 'the pattern' }
}

function patternProblem(hex: string, fixedBytes: number, name: string): string | undefined {
  if (!/^[A-Za-z_]\w{0,127}$/.test(name)) {
    return `a pattern becomes a rule, so its name has letters, digits and _ only: ${name} does not fit`
  }
  if (!/^[0-9a-fA-F?~[\]()|\-\s]+$/.test(hex)) return `${hex} are not bytes in hexadecimal`
  if (fixedBytes < leastFixedBytes) {
    return `a pattern with fewer than ${leastFixedBytes} fixed bytes would be found in harmless files too`
  }
  return undefined
}

function hashListAddition(file: string): Addition {
  const bytes = readNamed(file)
  const problem = problemOfList(bytes)
  if (problem !== undefined) throw new AppError('list-invalid', `nothing was changed: ${file}: ${problem}`)
  const lines = linesOf(bytes).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  if (lines.length === 0) throw new AppError('list-invalid', `nothing was changed: ${file} has no hashes`)
  const text = `${lines.map((line) => line.trim()).join('\n')}\n`
  return {
    kind: 'hash',
    names: hashesIn(Buffer.from(text)).map(({ name }) => name),
    hashes: Buffer.from(text),
    from: file,
  }
}

function ruleAddition(file: string): Addition {
  const bytes = readNamed(file)
  const { rules, includes } = partsIn(bytes)
  const global = rules.find((rule) => rule.global)
  if (global !== undefined) {
    throw new AppError(
      'list-invalid',
      `nothing was changed: ${global.name} is a global rule, which would decide about all of your rules`,
      {
        hint: `name the file in [engine] rules instead: ${file}`,
      },
    )
  }
  if (includes.length > 0) {
    throw new AppError('list-invalid', `nothing was changed: ${file} includes ${includes[0] ?? ''}`, {
      hint: 'name the file in [engine] rules instead',
    })
  }
  return { kind: 'rule', names: rules.map(({ name }) => name), rules: bytes, from: file }
}

function readNamed(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

interface Step {
  readonly set: LocalSet
  readonly content: LocalContent
  readonly addition: Addition
}

function withAddition(run: RulesRun, { set, content, addition }: Step): LocalContent {
  refuseKnown(content, addition)
  if (addition.rules !== undefined) checkCompiles(run, { set, content, addition })
  const { hashes, rules, from } = addition
  return {
    hashes: hashes === undefined ? content.hashes : behind(content.hashes, hashes),
    rules:
      rules === undefined
        ? content.rules
        : behind(content.rules, Buffer.concat([Buffer.from(`// added from ${commentText(from)}\n`), rules])),
  }
}

/** One line, whatever the file is called. */
function commentText(from: string): string {
  return basename(from).replaceAll(/[^\w .-]/g, '_')
}

function behind(before: Uint8Array, added: Uint8Array): Uint8Array {
  const gap = before.length === 0 || before.at(-1) === 0x0a ? '' : '\n'
  const end = added.at(-1) === 0x0a ? '' : '\n'
  return Buffer.concat([before, Buffer.from(gap), added, Buffer.from(end)])
}

function refuseKnown(content: LocalContent, { names, hashes }: Addition): void {
  const known = hashesIn(content.hashes)
  const rules = partsIn(content.rules).rules
  const taken = new Set([...known.map(({ name }) => name), ...rules.map(({ name }) => name)])
  for (const name of names) {
    if (taken.has(name)) {
      throw new AppError('list-invalid', `nothing was changed: the name ${name} is taken`, {
        hint: `choose another, or remove the old one first: haechi rules remove ${name}`,
      })
    }
    taken.add(name)
  }
  const listed = new Map(known.map(({ hash, size, name }) => [`${hash.toLowerCase()}:${size ?? ''}`, name]))
  for (const { hash, size } of hashesIn(hashes ?? new Uint8Array())) {
    const name = listed.get(`${hash.toLowerCase()}:${size ?? ''}`)
    if (name !== undefined)
      throw new AppError('list-invalid', `nothing was changed: this hash is there already, as ${name}`)
  }
}

/** Tells what is wrong by the lines of the user's own file, as if it stood behind what is there. */
function checkCompiles({ given, terminal }: RulesRun, { set, content, addition }: Step): void {
  const sources = [
    { name: localFiles(set.folder).rules, namespace: localNamespace, text: content.rules },
    { name: addition.from, namespace: localNamespace, text: addition.rules ?? new Uint8Array() },
  ]
  const { problems } = compileSources(sources, { variables: set.variables, complete: false }).about
  const errors = problems.filter(({ severity, file }) => severity === 'error' && file === addition.from)
  if (errors.length === 0 && addition.names.length > 0) return
  writeProblems(errors, { terminal, json: given.json === true })
  const why = errors.length === 0 ? 'there is no rule in it' : 'it has errors'
  throw new AppError('list-invalid', `nothing was changed: ${addition.from}: ${why}`)
}
