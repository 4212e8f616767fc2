// A test file (`*.test.toml`): samples, and the rules that match them or do not.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { parse, TomlError } from 'smol-toml'
import * as z from 'zod/mini'

import { AppError, messageOf } from '../../base/app-error.ts'
import { filesBelow, ruleExtensions } from '../../engine/signatures/content.ts'

export const testFileEnd = '.test.toml'

export interface RuleTest {
  readonly name: string
  /** A path, or the bytes themselves. */
  readonly sample: string | Uint8Array
  /** Globs of rules that match, and of rules that do not. */
  readonly match: readonly string[]
  readonly noMatch: readonly string[]
}

export interface TestFile {
  readonly path: string
  readonly rules: readonly string[]
  readonly variables: Readonly<Record<string, string | number | boolean>>
  readonly tests: readonly RuleTest[]
}

const text = z.string().check(z.minLength(1))
const sample = z.strictObject({
  name: z.optional(text),
  file: z.optional(text),
  base64: z.optional(z.string()),
  hex: z.optional(z.string()),
  text: z.optional(z.string()),
  match: z._default(z.array(text), []),
  no_match: z._default(z.array(text), []),
})
const testFile = z.strictObject({
  rules: z.optional(z.array(text)),
  variables: z._default(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), {}),
  test: z.array(sample).check(z.minLength(1)),
})

type Sample = z.infer<typeof sample>

/** The test files of a path of rules, or the path itself when it is one. Throws AppError `not-found`. */
export function testFilesOf(path: string): string[] {
  if (path.endsWith(testFileEnd)) return [path]
  try {
    if (statSync(path).isDirectory()) return filesBelow(path).filter((file) => file.endsWith(testFileEnd))
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  const beside = path.replace(/\.\w+$/, '') + testFileEnd
  return existsSync(beside) ? [beside] : []
}

/** Throws AppError `config-invalid` with the place. */
export function readTestFile(path: string): TestFile {
  const checked = testFile.safeParse(parseToml(path))
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw invalid(path, issue === undefined ? 'it is not valid' : issueText(issue))
  }
  const { rules, variables, test } = checked.data
  const folder = dirname(path)
  return {
    path,
    rules: rules === undefined ? [ruleFileBeside(path)] : rules.map((rule) => resolve(folder, rule)),
    variables,
    tests: test.map((one, index) => testOf(path, one, index)),
  }
}

function issueText(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((part) => (typeof part === 'number' ? `${part + 1}` : String(part))).join('.')
  if (issue.code === 'unrecognized_keys')
    return `unknown key ${[place, issue.keys[0]].filter(Boolean).join('.')}`
  return place === '' ? 'it has no [[test]]' : `${place} is missing, or is not what it must be`
}

function parseToml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (thrown) {
    if (thrown instanceof TomlError) {
      const reason = (thrown.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
      throw new AppError('config-invalid', `${path}:${thrown.line}:${thrown.column}: ${reason}`, {
        cause: thrown,
      })
    }
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function ruleFileBeside(path: string): string {
  const stem = path.slice(0, -testFileEnd.length)
  const found = [...ruleExtensions].map((extension) => stem + extension).find((file) => existsSync(file))
  if (found === undefined)
    throw invalid(path, `there is no ${basename(stem)}.yar beside it, and it names no \`rules\``)
  return found
}

function testOf(path: string, one: Sample, index: number): RuleTest {
  const name = one.name ?? one.file ?? `test ${index + 1}`
  if (one.match.length + one.no_match.length === 0) {
    throw invalid(path, `${name}: \`match\` or \`no_match\` says what is expected`)
  }
  return { name, sample: sampleOf(path, one, name), match: one.match, noMatch: one.no_match }
}

function sampleOf(path: string, one: Sample, name: string): string | Uint8Array {
  const given = [one.file, one.base64, one.hex, one.text].filter((value) => value !== undefined)
  if (given.length !== 1)
    throw invalid(path, `${name}: one of \`file\`, \`base64\`, \`hex\` and \`text\` is the sample`)
  if (one.file !== undefined) return join(dirname(path), one.file)
  if (one.text !== undefined) return Buffer.from(one.text)
  const encoding = one.hex === undefined ? 'base64' : 'hex'
  const plain = (one.hex ?? one.base64 ?? '').replaceAll(/\s/g, '')
  const bytes = Buffer.from(plain, encoding)
  // Node leaves out what it cannot decode.
  const bare = (value: string): string =>
    (encoding === 'hex' ? value.toLowerCase() : value).replace(/=+$/, '')
  if (bare(bytes.toString(encoding)) !== bare(plain)) {
    throw invalid(path, `${name}: \`${encoding}\` is damaged`)
  }
  return bytes
}

function invalid(path: string, message: string): AppError {
  return new AppError('config-invalid', `${path}: ${message}`, {
    hint: 'haechi help rules describes test files',
  })
}
