// The command line of a suggested response, safe to paste: targets are names that an attacker may have chosen.

import type { SuggestedResponse } from '../../model/index.ts'

/** The two ways to run it: what it would do, and doing it, as an answer to that incident. */
export interface ResponseCommands {
  readonly dryRun: string
  readonly run: string
}

export function responseCommands({ action, target }: SuggestedResponse, incident: number): ResponseCommands {
  // What looks like an option stands behind `--`.
  const operand = target === '' ? [] : [...(target.startsWith('-') ? ['--'] : []), shellQuoted(target)]
  const what = [action, ...operand].join(' ')
  return {
    dryRun: `haechi respond --dry-run ${what}`,
    run: `haechi respond --incident ${incident} ${what}`,
  }
}

// What a terminal or a reader obeys: it must not reach the clipboard as it is.
const unsafe =
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

/** One word of a POSIX shell; what cannot be shown is escaped as in bash’s `$'…'`. */
export function shellQuoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!unsafe.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`
  const escaped = text
    .replaceAll(/[\\']/g, String.raw`\$&`)
    .replaceAll(
      new RegExp(unsafe, 'g'),
      (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
  return `$'${escaped}'`
}
