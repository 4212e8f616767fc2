// One configuration file: TOML, then the schema, then paths made absolute. Every mistake becomes one sentence.

import { dirname, resolve } from 'node:path'

import { parse, TomlError } from 'smol-toml'
import type * as z from 'zod/mini'

import { AppError } from '../base/app-error.ts'
import type { RawConfig } from './config.ts'
import { resolveRules } from './content.ts'
import { kindText } from './kind-text.ts'
import type { Option, Place, UpdateSource } from './option.ts'
import { type SectionName, sectionNames, sectionTable } from './options.ts'
import { fileSchema } from './schema.ts'
import { nearest } from './suggest.ts'

/** Throws AppError `config-invalid`. */
export function parseConfig(file: string, text: string): RawConfig {
  const checked = fileSchema.safeParse(parseToml(file, text))
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw issue === undefined
      ? new AppError('config-invalid', `${file} is not valid`)
      : explain(file, text, issue)
  }
  const { gate, ...rest } = checked.data as Record<string, Record<string, unknown> | undefined>
  const { exclude, ...gateValues } = gate ?? {}
  return absolute(file, { ...rest, gate: gateValues, 'gate.exclude': exclude ?? {} } as RawConfig)
}

function parseToml(file: string, text: string): unknown {
  try {
    return parse(text)
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown
    // The library's message goes on with a drawing of the line; its first line is the reason.
    const reason = (thrown.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw new AppError('config-invalid', `${file}:${thrown.line}:${thrown.column}: ${reason}`, {
      hint: 'the file is written in TOML: https://toml.io',
      cause: thrown,
    })
  }
}

function explain(file: string, text: string, issue: z.core.$ZodIssue): AppError {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') return explainUnknown(file, text, [...path, issue.keys[0] ?? ''])
  const { section, key } = locate(path)
  const option = section === undefined ? undefined : sectionTable[section].options[key]
  const name = path.join('.')
  const reason = option === undefined ? 'must be a table' : `must be ${kindText(option)}`
  return new AppError('config-invalid', `${at(file, text, path)}: ${name} ${reason}`, {
    hint: option?.about ?? `write it as [${name}]`,
  })
}

function explainUnknown(file: string, text: string, path: readonly string[]): AppError {
  const { section, key } = locate(path)
  const known =
    section === undefined
      ? sectionNames.filter((name) => !name.includes('.'))
      : [...Object.keys(sectionTable[section].options), ...(section === 'gate' ? ['exclude'] : [])]
  const guess = nearest(key, known)
  return new AppError('config-invalid', `${at(file, text, path)}: unknown key ${path.join('.')}`, {
    hint: guess === undefined ? `known here: ${known.join(', ')}` : `did you mean ${guess}?`,
  })
}

/** The section and key of a path such as `gate`, `exclude`, `users`, `0`. */
function locate(path: readonly string[]): { section?: SectionName; key: string } {
  const [first = '', second = '', third = ''] = path
  if (first === 'gate' && second === 'exclude' && path.length > 2)
    return { section: 'gate.exclude', key: third }
  const section = sectionNames.find((name) => name === first)
  return section === undefined || path.length < 2 ? { key: first } : { section, key: second }
}

/** `file:line` of a key. The TOML reader keeps no positions of values, so the text is searched; else the file. */
function at(file: string, text: string, path: readonly string[]): string {
  const lines = text.split('\n')
  let table = ''
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[+\s*([^\]]*?)\s*\]/.exec(line)
    if (header !== null) table = header[1] ?? ''
    const key = header === null ? (/^\s*([\w."-]+?)\s*=/.exec(line)?.[1] ?? '') : ''
    const here = [table, key]
      .filter((part) => part !== '')
      .join('.')
      .replaceAll('"', '')
    if (path.join('.') === here || (key !== '' && `${path.join('.')}.`.startsWith(`${here}.`))) {
      return `${file}:${index + 1}`
    }
  }
  return file
}

/** Relative paths start at the file's folder: a configuration means the same wherever haechi is started. */
function absolute(file: string, raw: RawConfig): RawConfig {
  const base = dirname(resolve(file))
  const fix = (value: unknown, option: Option | undefined): unknown => {
    if (value === undefined) return value
    if (option?.kind === 'path') return value === '' ? '' : resolve(base, value as string)
    if (option?.kind === 'paths') return (value as string[]).map((path) => resolve(base, path))
    if (option?.kind === 'rules') return (value as string[]).map((named) => resolveRules(base, named))
    if (option?.kind === 'places') {
      return (value as Place[]).map((place) => ({ ...place, path: resolve(base, place.path) }))
    }
    if (option?.kind === 'sources') {
      return (value as UpdateSource[]).map((source) => ({
        ...source,
        ...('path' in source ? { path: resolve(base, source.path) } : {}),
        ...(source.key === undefined ? {} : { key: resolve(base, source.key) }),
      }))
    }
    return value
  }
  return Object.fromEntries(
    Object.entries(raw).map(([section, values]) => [
      section,
      Object.fromEntries(
        Object.entries(values ?? {}).map(([key, value]) => [
          key,
          fix(value, sectionTable[section as SectionName].options[key]),
        ]),
      ),
    ]),
  )
}
