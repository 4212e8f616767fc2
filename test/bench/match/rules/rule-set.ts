// The rules of a run as all contestants get them: one folder of files, in each a namespace of its own. What one of them
// could not take is left out for all: names that two files use (one contestant knows no namespaces), files that
// include others (they are copied), and files that one of the compilers refuses.

import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import type * as Native from '@litko/yara-x'

import { load } from '../../../../src/engine/index.ts'
import type { Bench } from '../plan.ts'
import { generateRules } from './generate.ts'
import { variables, yaraDefinitions } from './variables.ts'

export interface RuleFile {
  readonly path: string
  readonly namespace: string
  readonly text: string
}

export interface RuleSet {
  readonly title: string
  readonly folder: string
  readonly files: readonly RuleFile[]
}

/** Throws when a folder has no rules. */
export async function prepareRules(bench: Bench, folders: readonly string[]): Promise<RuleSet> {
  const folder = join(bench.aside, 'rules')
  mkdirSync(folder)
  const texts = folders.length === 0 ? generateRules(bench.plan.rules) : readRules(folders)
  if (texts.length === 0) throw new Error(`no rule files (.yar, .yara) below ${folders.join(', ')}`)
  const distinct = withoutClashes(texts.filter((text) => !/^\s*include\s/m.test(text)))
  let files = distinct.map((text, index): RuleFile => {
    const namespace = `n${String(index).padStart(4, '0')}`
    const path = join(folder, `${namespace}.yar`)
    writeFileSync(path, text)
    return { path, namespace, text }
  })
  for (const refused of [refusedByHaechi, refusedByYara, refusedByYaraX]) {
    const out = await refused(files, bench)
    for (const path of out) rmSync(path)
    files = files.filter(({ path }) => !out.has(path))
  }
  if (files.length < texts.length) {
    bench.remarks.push(
      `${texts.length - files.length} of ${texts.length} rule files were left out for all contestants (see rules/rule-set.ts).`,
    )
  }
  return { title: folders.length === 0 ? 'generated rules' : 'rules of the folders given', folder, files }
}

function readRules(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    if (statSync(folder).isFile()) return [readFileSync(folder, 'utf8')]
    const names = globSync('**/*.{yar,yara}', { cwd: folder }).toSorted()
    return names.map((name) => readFileSync(join(folder, name), 'utf8'))
  })
}

/** Also those in comments: a file too many is left out at worst. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/^[\t ]*(?:(?:private|global)\s+)*rule\s+(\w+)/gm)].map((match) => match[1] ?? '')
}

function withoutClashes(texts: readonly string[]): string[] {
  const seen = new Set<string>()
  return texts.filter((text) => {
    const names = namesIn(text)
    if (names.some((name) => seen.has(name))) return false
    for (const name of names) seen.add(name)
    return true
  })
}

async function refusedByHaechi(files: readonly RuleFile[]): Promise<ReadonlySet<string>> {
  const engine = load({ rules: files.map(({ path }) => path), variables })
  return new Set(engine.problems.map(({ file }) => file))
}

async function refusedByYara(files: readonly RuleFile[], bench: Bench): Promise<ReadonlySet<string>> {
  const out = new Set<string>()
  const compiled = join(bench.aside, 'trial.yarc')
  const isWhole = async (tried: readonly RuleFile[]): Promise<boolean> => {
    const sources = tried.map(({ namespace, path }) => `${namespace}:${path}`)
    const args = ['-w', ...yaraDefinitions, ...sources, compiled]
    return (await bench.exec('yarac', args, { codes: [0, 1] })).code === 0
  }
  // Halves until the files stand alone that it refuses.
  const sift = async (tried: readonly RuleFile[]): Promise<void> => {
    if (tried.length === 0 || (await isWhole(tried))) return
    const [only] = tried
    if (tried.length === 1 && only !== undefined) {
      out.add(only.path)
      return
    }
    const middle = tried.length >> 1
    await sift(tried.slice(0, middle))
    await sift(tried.slice(middle))
  }
  await sift(files)
  return out
}

async function refusedByYaraX(files: readonly RuleFile[]): Promise<ReadonlySet<string>> {
  const { validate } = createRequire(import.meta.url)('@litko/yara-x') as typeof Native
  const refused = files.filter(({ text }) => {
    try {
      return validate(text, { defineVariables: variables }).errors.length > 0
    } catch {
      return true
    }
  })
  return new Set(refused.map(({ path }) => path))
}
