// Files and folders of Sigma rules, read from the disk and made ready.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { createSigma, readRules, type RuleText, type Sigma } from '../../rules/sigma/index.ts'

const maxFiles = 50_000
const maxFileBytes = 4 * 1024 * 1024

/** Folders are searched for `.yml` and `.yaml`. Throws AppError when a path cannot be read or holds no rule file. */
export function sigmaOf(paths: readonly string[]): Sigma {
  const texts = paths.flatMap((path) => ruleTexts(path))
  if (texts.length === 0) throw new AppError('not-found', `there are no .yml files in ${paths.join(', ')}`)
  return createSigma(readRules(texts))
}

function ruleTexts(path: string): RuleText[] {
  try {
    if (!statSync(path).isDirectory()) return [textOf(path)]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    const files = names.filter((name) => /\.ya?ml$/i.test(name)).toSorted()
    if (files.length > maxFiles) throw new AppError('usage', `${path} has more than ${maxFiles} rule files`)
    return files.map((name) => textOf(join(path, name)))
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function textOf(path: string): RuleText {
  const { size } = statSync(path)
  if (size > maxFileBytes) throw new AppError('usage', `${path} is larger than 4 MiB`)
  return { source: path, text: readFileSync(path, 'utf8') }
}
