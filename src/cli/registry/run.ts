// haechi registry: shows a hive or a part of it, or hands over to a report.

import { AppError } from '../../base/app-error.ts'
import { deletedIn, type RegistryHive, type RegistryKey, walk } from '../../evidence/registry/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { type LoadedHive, loadHive } from './load-hives.ts'
import type { RegistryOptionValues } from './options.ts'
import { runReport } from './report.ts'
import { hiveLine, keyLine, keyText, tellHive, valueLine, valueText } from './show.ts'

export async function runRegistry(
  operands: readonly string[],
  options: RegistryOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.report !== undefined) return runReport(options.report, operands, options, terminal)
  const [file = '', path] = operands
  const loaded = loadHive(file, { logs: options['no-logs'] !== true })
  const { hive } = loaded
  const key = path === undefined ? hive.root : hive.find(path.replace(/^\\+|\\+$/g, ''))
  if (key === undefined && path !== undefined) {
    throw new AppError('not-found', `${file} has no key ${path}`, {
      hint: 'names count from the root of the hive: in SOFTWARE it is Microsoft\\Windows, not HKLM\\SOFTWARE\\Microsoft\\Windows',
    })
  }
  if (options.json === true) terminal.out(jsonLine(hiveLine(loaded)))
  else if (path === undefined && options.search === undefined) tellHive(loaded, terminal)
  const show: Show = { loaded, options, terminal }
  if (options.deleted === true) showDeleted(show)
  else if (key !== undefined) showKeys(key, show)
  return finish(hive, terminal)
}

interface Show {
  readonly loaded: LoadedHive
  readonly options: RegistryOptionValues
  readonly terminal: Terminal
}

/** Damage is told on standard error, the first of it. */
function finish({ notes }: RegistryHive, terminal: Terminal): ExitCode {
  if (notes.kept.length === 0) return exitCodes.clean
  for (const { text, offset } of notes.kept.slice(0, 10)) {
    terminal.err(`haechi: ${terminal.safe(text)}${offset === undefined ? '' : ` (byte ${offset})`}`)
  }
  const more = notes.kept.length + notes.dropped - 10
  if (more > 0) terminal.err(`haechi: ${more.toLocaleString('en')} more such notes`)
  return exitCodes.partial
}

function showKeys(start: RegistryKey, show: Show): void {
  const { options } = show
  if (options.search !== undefined) {
    search(start, options.search.toLowerCase(), show)
    return
  }
  // A single key is shown with its values: that is what it was named for.
  const withValues = options.values === true || show.options.recursive !== true
  if (options.recursive === true) {
    for (const key of walk(start)) showKey(key, show, options.values === true)
    return
  }
  showKey(start, show, withValues)
  for (const key of start.subkeys()) showKey(key, show, options.values === true)
}

function showKey(key: RegistryKey, { options, terminal }: Show, withValues: boolean): void {
  terminal.out(options.json === true ? jsonLine(keyLine(key, key.path)) : keyText(key, key.path, terminal))
  if (!withValues) return
  for (const value of key.values()) {
    terminal.out(options.json === true ? jsonLine(valueLine(value, key.path)) : valueText(value, terminal))
  }
}

function search(start: RegistryKey, wanted: string, { options, terminal }: Show): void {
  const isJson = options.json === true
  for (const key of walk(start)) {
    const isNamed = key.name.toLowerCase().includes(wanted)
    const found = key
      .values()
      .filter(
        (value) => value.name.toLowerCase().includes(wanted) || value.text().toLowerCase().includes(wanted),
      )
    if (!isNamed && found.length === 0) continue
    if (!isJson || isNamed)
      terminal.out(isJson ? jsonLine(keyLine(key, key.path)) : keyText(key, key.path, terminal))
    for (const value of found) {
      terminal.out(isJson ? jsonLine(valueLine(value, key.path)) : valueText(value, terminal))
    }
  }
}

function showDeleted({ loaded, options, terminal }: Show): void {
  const { image, root } = loaded.hive
  const isJson = options.json === true
  let [keys, values] = [0, 0]
  for (const found of deletedIn(image, root)) {
    const [path, own] = found.kind === 'key' ? [found.path, found.values] : ['?', [found]]
    values += own.length
    if (found.kind === 'key') {
      keys += 1
      terminal.out(isJson ? jsonLine(keyLine(found.key, path, true)) : keyText(found.key, path, terminal))
    }
    for (const { value, isOverwritten } of own) {
      const line = isJson
        ? jsonLine(valueLine(value, path, { isDeleted: true, isOverwritten }))
        : `${valueText(value, terminal)}${isOverwritten ? '  (overwritten since)' : ''}`
      terminal.out(line)
    }
  }
  if (!isJson)
    terminal.out(`${keys.toLocaleString('en')} deleted keys, ${values.toLocaleString('en')} deleted values`)
}
