// Where data runs as code or as a command, and how sure that makes us.

import { quote } from '../../evidence.ts'
import type { Machine } from './machine.ts'
import { beginning, deepTaint, made, origin, type Value } from './value.ts'

/** A command may stand behind these and is still anybody's command. */
const commandHeads =
  /^(?:\s*|.*(?:cmd(?:\.exe)?["']?\s+\/[ck]|\bsh["']?\s+-c|powershell(?:\.exe)?|\bsudo|\bexec|\beval)\s*["']?|(?:cd|chdir)\b.*(?:;|&&?|\n)\s*|.{0,8}[;&|({]\s*)$/is
/** Code may stand behind these and is still anybody's code. */
const codeHeads = /(?:^\s*|\?>\s*|[;{}]\s*|<\?(?:php|=)?\s*|\breturn\s*\(?\s*|\becho\s+|^@+)$/is

/** `name` runs `value` as a command of the system. */
export function commandSink(machine: Machine, name: string, given: Value, at: number): void {
  const value = deepTaint(given)
  const { taint, from } = value
  if (taint === 0) {
    if (value.text !== undefined) constantCommand(machine, name, value.text, at)
    return
  }
  const flow = `${from} reaches ${name}`
  if ((taint & origin.request) !== 0) return machine.report('command', 93, at, flow, 'T1059.004')
  if ((taint & origin.remote) !== 0) {
    return machine.report('command', 85, at, `${name} runs what another host sends`, 'T1059.004')
  }
  if ((taint & origin.embedded) !== 0) {
    const isWhole = (taint & origin.chained) !== 0 || commandHeads.test(beginning(value).slice(0, 200))
    return machine.report(
      'command',
      isWhole ? 92 : 50,
      at,
      isWhole ? flow : `${flow} inside a command`,
      'T1059.004',
    )
  }
  if ((taint & origin.unset) !== 0) return machine.report('command', 62, at, flow, 'T1059.004')
  if ((taint & (origin.hidden | origin.self)) !== 0) {
    return machine.report('command', 65, at, `${name} runs what is hidden in the file`, 'T1027')
  }
  if ((taint & origin.stored) !== 0) machine.report('command', 45, at, flow)
}

const shellCommands =
  /\/bin\/(?:ba)?sh\b.*(?:-i|\/dev\/tcp)|\bnc(?:\.exe)?\s+-[a-z]*e|\b(?:wget|curl|lynx|fetch)\s.*(?:;|&&|\|)\s*(?:perl|sh|bash|php|chmod)\b|^\s*(?:uname -a|whoami|id|cat \/etc\/(?:passwd|shadow))\s*;?$/i

function constantCommand(machine: Machine, name: string, text: string, at: number): void {
  if (machine.sockets && /\bsh\b\s+-i|cmd\.exe/.test(text.slice(0, 500))) {
    machine.report('command', 78, at, `${name} starts “${quote(text)}” beside a connection`, 'T1059.004')
  }
  if (shellCommands.test(text.slice(0, 500)))
    machine.report('constant-command', 12, at, `${name} runs “${quote(text)}”`, 'T1059.004')
}

/** `name` runs `value` as PHP. */
export function codeSink(machine: Machine, name: string, given: Value, at: number): void {
  const value = deepTaint(given)
  const { taint, from } = value
  if (value.text !== undefined && taint === 0) {
    knownCode(machine, name, value, at)
    return
  }
  if (taint === 0) {
    if ((value.made & made.decoded) !== 0)
      machine.report('hidden-code', 60, at, `${name} runs code that is put together`, 'T1027')
    return
  }
  const found = codeScore(value)
  if (found !== undefined)
    machine.report(
      'code',
      found.score,
      at,
      found.words.replace('{}', name).replace('{from}', from),
      found.technique,
    )
}

function codeScore(value: Value): { score: number; words: string; technique?: string } | undefined {
  const { taint } = value
  if ((taint & origin.request) !== 0) return { score: 96, words: '{from} reaches {}' }
  if ((taint & (origin.upload | origin.uploadName)) !== 0) return { score: 92, words: '{from} reaches {}' }
  if ((taint & origin.embedded) !== 0) {
    if (codeHeads.test(beginning(value).slice(0, 200))) return { score: 93, words: '{from} reaches {}' }
    return { score: 62, words: '{from} reaches {} inside other code' }
  }
  if ((taint & origin.remote) !== 0)
    return { score: 90, words: '{} runs code that another host sends', technique: 'T1105' }
  if ((taint & origin.self) !== 0)
    return { score: 80, words: '{} runs code hidden in the file or a picture', technique: 'T1027' }
  if ((taint & origin.hidden) !== 0)
    return { score: 72, words: '{} runs code that is hidden in constants', technique: 'T1027' }
  if ((taint & origin.unset) !== 0) return { score: 64, words: '{from} reaches {}' }
  if ((taint & origin.stored) !== 0) return { score: 62, words: '{from} reaches {}' }
  return undefined
}

function knownCode(machine: Machine, name: string, value: Value, at: number): void {
  const text = value.text!
  if ((value.made & made.decoded) !== 0 && text.length > 6) {
    const isLong = text.length > 40
    machine.report(
      'decoded-code',
      isLong ? 64 : 40,
      at,
      `${name} runs code that the file decodes: “${quote(text, 60)}”`,
      'T1027',
    )
  }
  if (/[$(`]/.test(text)) machine.runCode(text, at)
}

const isName = /^[a-zA-Z_\x80-\xff][\w\x80-\xff]*$/

/** A function is called by a name that is put together or written in numbers: one is enough where it is dangerous. */
export function hiddenName(machine: Machine, name: Value, at: number, isDangerous: boolean): void {
  const text = name.text!
  if (!isName.test(text)) return
  if ((name.made & made.bits) !== 0) {
    machine.report('hidden-name', 76, at, `the name of ${quote(text)} is hidden in bit operations`, 'T1027')
  } else if ((name.made & (made.decoded | made.escapes)) !== 0) {
    machine.hiddenNames.add(text)
    const several = machine.hiddenNames.size
    let score = several > 1 ? 54 : 35
    if (several > 2) score = 70
    machine.report(
      'hidden-name',
      isDangerous ? 74 : score,
      at,
      `the name of ${quote(text)} is hidden`,
      'T1027',
    )
  } else if ((name.made & made.pieces) !== 0 && isDangerous) {
    machine.report('hidden-name', 66, at, `the name of ${quote(text)} is put together`, 'T1027')
  }
}
