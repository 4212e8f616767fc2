// Programs that lie in the texts of a PHP file, encoded: another shell, a script that connects back, a Unix program.

import { constants, inflateRawSync, inflateSync } from 'node:zlib'

import type { Evidence } from '../../evidence.ts'
import { token, type Tokens } from './lexer.ts'

const programs =
  /^\x7fELF|^MZ|use Socket;|#!\s?\/usr\/bin\/(?:perl|python|env)|#include\s?<|\/bin\/(?:ba)?sh\b|<\?php|\beval\s?\(|\$_(?:POST|GET|REQUEST)\[/
const maxPrograms = 40

/** Programs that lie in the file as Base64: to be written out and started, or run. */
export function judgeCarried({ kinds, values, starts }: Tokens, evidence: Evidence): void {
  let looked = 0
  for (let at = 0; at < kinds.length && looked < maxPrograms; at++) {
    const value = values[at]!
    if (kinds[at] !== token.text || value.length < 36) continue
    const isShort = value.length < 100
    if (!(isShort ? hexOnly : base64Start).test(isShort ? value : value.slice(0, 100))) continue
    looked++
    const plain = isShort ? Buffer.from(value, 'hex') : Buffer.from(value.slice(0, maxCarried), 'base64')
    const isProgram = isShort ? shellCode.test(plain.toString('latin1')) : isProgramText(plain)
    if (!isProgram) continue
    evidence.add({
      kind: 'carried-program',
      score: 61,
      offset: starts[at]!,
      sentence: `a program lies in the file as ${isShort ? 'hexadecimal digits' : 'Base64'}`,
      technique: 'T1027',
    })
    return
  }
}

const hexOnly = /^(?:[0-9a-f]{2})+$/i
const base64Start = /^[A-Za-z0-9+/\s]{99}/
const shellCode = /\b(?:eval|assert|system|exec|passthru)\s?\(\s?@?\$_/
const maxCarried = 64 * 1024

function isProgramText(plain: Buffer): boolean {
  if (programs.test(plain.toString('latin1', 0, 3000))) return true
  return packedPrograms.test(inflated(plain))
}

/** Of what is packed, only PHP that hides again what it does. */
const packedPrograms =
  /^\s*(?:<\?|\$\w+\s*=)[^]{0,3000}(?:\beval\s?\(|preg_replace\(["'][^"']{1,9}e["']|\$_(?:POST|REQUEST|COOKIE)\[)/

function inflated(plain: Buffer): string {
  const options = { maxOutputLength: 4 * maxCarried, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    return (plain[0] === 0x78 ? inflateSync : inflateRawSync)(plain, options).toString('latin1', 0, 4000)
  } catch {
    return ''
  }
}
