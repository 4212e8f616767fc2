// The command line of a shortcut: its target, wherever that is named, and its arguments.

import type { Lnk } from '../../parsers/lnk/index.ts'
import type { Language } from '../../scan-object.ts'

/** Size and signature of the block that names the target with environment variables ([MS-SHLLINK] 2.5.4). */
const environmentBlock = Buffer.from('14030000010000a0', 'hex')
const environmentPathAt = 8 + 260
const environmentPathBytes = 520

export interface Command {
  /** Empty where there is nothing to run but a file. */
  readonly text: string
  readonly language: Language | undefined
}

export function commandOf(shortcut: Lnk, bytes: Uint8Array): Command {
  const { arguments: given = '' } = shortcut.strings
  if (given.trim() === '') return { text: '', language: undefined }
  const target = targetOf(shortcut, bytes)
  return { text: target === '' ? given : `${quoted(target)} ${given}`, language: languageOf(target, given) }
}

/** A path with spaces as a command line has it. */
function quoted(path: string): string {
  return path.includes(' ') ? `"${path}"` : path
}

function targetOf({ linkInfo, strings, target }: Lnk, bytes: Uint8Array): string {
  const local = linkInfo?.localBasePath ?? ''
  if (local !== '') return `${local}${linkInfo?.commonPathSuffix ?? ''}`
  const names = target.map(({ fileEntryName }) => fileEntryName ?? '').filter((name) => name !== '')
  return environmentTarget(bytes) || strings.relativePath || names.join('\\')
}

function environmentTarget(bytes: Uint8Array): string {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(environmentBlock)
  if (at < 0) return ''
  const from = at + environmentPathAt
  const path = Buffer.from(bytes.subarray(from, from + environmentPathBytes)).toString('utf16le')
  return path.replace(/\0.*$/s, '').toWellFormed()
}

/** By the program that reads the arguments; the first that fits. */
const programs: readonly (readonly [RegExp, Language])[] = [
  [/(?:^|[\\/"])(?:powershell|pwsh)(?:_ise)?(?:\.exe)?"?$/i, 'powershell'],
  [/(?:^|[\\/"])cmd(?:\.exe)?"?$|%comspec%/i, 'batch'],
  [/(?:^|[\\/"])python\w{0,4}(?:\.exe)?"?$/i, 'python'],
]
const scripts: readonly (readonly [RegExp, Language])[] = [
  [/vbscript:|\.vbs\b|\.vbe\b/i, 'vbscript'],
  [/javascript:|\.jse?\b/i, 'javascript'],
]
const scriptHost = /(?:^|[\\/"])(?:mshta|[wc]script|rundll32)(?:\.exe)?"?$/i

function languageOf(target: string, given: string): Language | undefined {
  const program = programs.find(([names]) => names.test(target))?.[1]
  if (program !== undefined) return program
  const script = scripts.find(([words]) => words.test(given))?.[1]
  return scriptHost.test(target) && script !== undefined ? script : 'batch'
}
