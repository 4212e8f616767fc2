// An explained rule for people: the matches of its strings, then its condition as an indented tree with values in front.

import type { Explained } from '../../engine/detectors/yara/condition/explain.ts'
import type { ExplainedRule, ExplainedString, StringMatch } from '../../engine/signatures/explain.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import { plural } from './figures.ts'

/** Bytes of a match on one line. */
const shownBytes = 16
const valueWidth = 9

export function explanationText(explained: ExplainedRule, terminal: Terminal): string[] {
  const { rule, strings, condition } = explained
  return [
    `${terminal.style('bold', rule.name)} ${verdictText(explained, terminal)}  ${terminal.safe(`${rule.file}:${rule.line}`)}`,
    ...(strings.length === 0 ? [] : ['  strings']),
    ...strings.flatMap((string) => stringText(string, terminal)),
    '  condition',
    ...treeText(condition, 0, terminal),
  ]
}

function verdictText({ holds, shutBy, ...rule }: ExplainedRule, terminal: Terminal): string {
  if (!holds) return terminal.style('dim', 'does not match')
  if (shutBy !== undefined) {
    return terminal.style('yellow', `does not match, because the global rule ${shutBy} does not`)
  }
  return terminal.style('red', rule.private ? 'matches (private: never reported itself)' : 'matches')
}

function stringText({ identifier, count, matches }: ExplainedString, terminal: Terminal): string[] {
  const found = count === 0 ? terminal.style('dim', 'no match') : plural(count, 'match', 'matches')
  const more = count > matches.length ? [`      … and ${count - matches.length} more`] : []
  return [
    `    ${terminal.safe(identifier)}  ${found}`,
    ...matches.map((match) => `      ${matchText(match, terminal)}`),
    ...more,
  ]
}

/** `0x1f (31), 4 bytes: 4d 5a 90 00 |MZ..|`. */
function matchText({ offset, length, bytes }: StringMatch, terminal: Terminal): string {
  const shown = bytes.subarray(0, shownBytes)
  const cut = length > shown.length ? ' …' : ''
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const text = Array.from(shown, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  ).join('')
  const place = `0x${offset.toString(16)} (${offset}), ${plural(length, 'byte')}:`
  return `${place} ${hex}${cut} ${terminal.style('dim', `|${text}|`)}`
}

function treeText({ text, value, children }: Explained, depth: number, terminal: Terminal): string[] {
  const style = styleOf(value)
  const shown = terminal.style(style, String(value).padEnd(valueWidth))
  return [
    `    ${shown}  ${'  '.repeat(depth)}${terminal.safe(text)}`,
    ...children.flatMap((child) => treeText(child, depth + 1, terminal)),
  ]
}

function styleOf(value: Explained['value']): Style {
  if (value === true) return 'green'
  return value === false ? 'red' : 'dim'
}
