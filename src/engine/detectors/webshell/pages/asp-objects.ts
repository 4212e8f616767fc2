// The COM objects that a page of classic ASP makes, by the names in its texts: those that start programs, and those whose
// name is put together from pieces so that no search finds it.

import { type Evidence, quote } from '../../evidence.ts'
import type { Words } from './words.ts'

interface Place {
  readonly evidence: Evidence
  readonly layer: number
  /** Where decoded code stands in the page. */
  readonly at: number
}

const shellObjects = /^(?:wscript\.shell(?:\.1)?|shell\.application(?:\.1)?|wscript\.network)$/i
const fileObjects = /^(?:scripting\.filesystemobject|adodb\.stream)$/i
const scriptObjects = /^(?:ms)?scriptcontrol(?:\.scriptcontrol)?(?:\.1)?$/i
const fetchObjects = /^(?:microsoft|msxml2)\.(?:server)?xmlhttp(?:\.\d.\d)?$/i
const droppedCode = /\beval\b.{0,4}request|\bexecute(?:global)?\b.{0,4}request/i
const databaseCommands = /^xp_cmdshell$|exec\s+(?:master\.\.|master\.dbo\.)?xp_cmdshell/i

/** `typeof(Assembly).GetMethod("Load", …)`: a program is loaded by reflection. */
function isReflectedLoad(values: readonly string[], at: number): boolean {
  return values[at] === 'Load' && values[at - 1] === '(' && /^GetMethod$/i.test(values[at - 2] ?? '')
}

interface Finding {
  readonly kind: string
  readonly score: number
  readonly sentence: string
  readonly technique?: string
}

/** The text at `at`, as the name of an object or as code. */
export function judgeText(words: Words, at: number, { evidence, layer, at: outer }: Place): void {
  const offset = layer === 0 ? words.starts[at]! : outer
  const found = objectNamed(words, at) ?? codeIn(words, at)
  if (found !== undefined) evidence.add({ ...found, offset })
  const isGiven = words.values[at - 1] === '(' ? words.values[at - 2] : words.values[at - 1]
  if (/^addobject$/i.test(isGiven ?? '') && /^(?:request|server|response)$/i.test(words.values[at]!)) {
    evidence.add({
      kind: 'given-object',
      score: 55,
      offset,
      sentence: `${quote(words.values[at]!)} is handed to a script of its own`,
      technique: 'T1059.005',
    })
  }
}

function objectNamed({ values, pieces }: Words, at: number): Finding | undefined {
  const value = values[at]!
  const isHidden = pieces[at]! > 1
  if (shellObjects.test(value)) {
    const before = values.slice(Math.max(0, at - 3), at).join(' ')
    const isMade = /createobject|activexobject|getobject/i.test(before)
    const plain = isMade ? 58 : 30
    return {
      kind: 'shell-object',
      score: isHidden ? 66 : plain,
      sentence: `${quote(value)} starts programs${isHidden ? ', its name is put together' : ''}`,
      technique: isHidden ? 'T1027' : 'T1059.003',
    }
  }
  if (scriptObjects.test(value))
    return { kind: 'script-object', score: isHidden ? 62 : 30, sentence: `${quote(value)} runs scripts` }
  if (isHidden && (fileObjects.test(value) || fetchObjects.test(value))) {
    const isFiles = /^scr/i.test(value)
    return {
      kind: 'hidden-object',
      score: isFiles ? 48 : 26,
      sentence: `the name of ${quote(value)} is put together`,
      technique: 'T1027',
    }
  }
  if (fileObjects.test(value))
    return { kind: 'file-object', score: 4, sentence: `${quote(value)} reads and writes files` }
  return undefined
}

function codeIn({ values }: Words, at: number): Finding | undefined {
  const value = values[at]!
  if (databaseCommands.test(value))
    return {
      kind: 'xp_cmdshell',
      score: 58,
      sentence: 'xp_cmdshell runs commands through the database',
      technique: 'T1059.003',
    }
  if (droppedCode.test(value.slice(0, 2000)))
    return {
      kind: 'drop',
      score: 72,
      sentence: `a text is a web shell: “${quote(value)}”`,
      technique: 'T1105',
    }
  if (/activexobject\s{0,3}\(\s{0,3}['"]wscript\.shell/i.test(value.slice(0, 4000)))
    return {
      kind: 'drop',
      score: 66,
      sentence: 'a text is code that starts programs',
      technique: 'T1059.003',
    }
  if (/^\s{0,9}<!--\s{0,9}#include\s[^>]{1,200}-->\s{0,9}$/i.test(value.slice(0, 300)))
    return { kind: 'drop', score: 50, sentence: 'a text is a page that includes another', technique: 'T1105' }
  if (isReflectedLoad(values, at))
    return {
      kind: 'class',
      score: 84,
      sentence: 'a program is loaded from bytes by reflection',
      technique: 'T1620',
    }
  return undefined
}

const classIds =
  /72C24DD5-D70A-438B-8A42-98424B88AFB8|13709620-C279-11CE-A49E-444553540000|093FF999-1EA0-4079-9525-9614C3504B74|F935DC22-1CF0-11D0-ADB9-00C04FD58A0B|0E59F1D5-1FBE-11D0-8FF2-00A0D10038BC/i

/** Objects that start programs or run scripts, under their class ids, which no page needs that does not hide them. */
export function judgeClassIds(text: string, evidence: Evidence): void {
  const found = classIds.exec(text)
  if (found === null) return
  evidence.add({
    kind: 'shell-object',
    score: 72,
    offset: found.index,
    sentence: 'an object that starts programs is made by its class id',
    technique: 'T1059.003',
  })
}
