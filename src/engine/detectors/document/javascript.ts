// Scripts of documents that drop files or exploit the reader. One trait alone is weak; what no honest script does
// is not.

import { type Finding, technique } from './trait.ts'

interface Trait {
  readonly pattern: RegExp
  readonly points: number
  readonly reason: string
}

/** Without one of these words nothing below can fit. */
const words = [
  'unescape',
  'exportDataObject',
  'Collab',
  'util',
  'newPlayer',
  'printSeps',
  '%u',
  '\\u',
  'customDictionaryOpen',
]

const dropper = /exportDataObject\s*\(\s*\{[^}]{0,1000}nLaunch\s*["']?\s*:\s*["']?[12]/

const traits: readonly Trait[] = [
  {
    pattern: /(?:%u[\da-f]{4}){12}/i,
    points: 45,
    reason: 'holds machine code written as %u escapes',
  },
  {
    pattern: /(?:\\u[\da-f]{4}){60}/i,
    points: 25,
    reason: 'holds a long run of \\u escapes',
  },
  {
    pattern:
      /(?:while|for)\s*\([^)]{0,120}\.length\s*(?:\*\s*2\s*)?<=?\s*[^)]{1,60}\)\s*\{?\s*(\w{1,60})\s*(?:\+=\s*\1|=\s*\1\s*\+\s*\1)/,
    points: 35,
    reason: 'doubles a string until it is large, as heap sprays do',
  },
  {
    pattern:
      /(?:unescape|spray|nop|slide|shellcode|payload)[^;]{0,200};[\s\S]{0,300}(?:substring|substr)\s*\(\s*0\s*,\s*(?:0x[\da-f]{4,}|\d{4,}|\w{1,60}\s*\/\s*2)/i,
    points: 20,
    reason: 'cuts blocks of a fixed size, as heap sprays do',
  },
  {
    pattern: /util\s*\.\s*printf\s*\(\s*["']%\d{4,}/,
    points: 70,
    reason: 'prints a number with thousands of digits (CVE-2008-2992)',
  },
  {
    pattern:
      /Collab\s*\.\s*(?:collectEmailInfo|getIcon)|media\s*\.\s*newPlayer\s*\(\s*null|\.\s*printSeps\s*\(|spell\s*\.\s*customDictionaryOpen/,
    points: 40,
    reason: 'calls a function of the reader that is known for its exploits',
  },
  {
    pattern:
      /\beval\s*\(\s*(?:unescape|String\.fromCharCode|\w{1,60}\s*\.\s*replace\s*\(|(?:this|event\.target)\s*\.\s*(?:info|getAnnots?|getField))/,
    points: 25,
    reason: 'runs text that it decodes',
  },
]

const leastPoints = 65

export function judgeJavaScript(text: string): Finding[] {
  if (!words.some((word) => text.includes(word))) return []
  const drop = dropper.exec(text)
  if (drop !== null) {
    return [
      {
        name: 'Heuristic.Pdf.Dropper',
        score: 92,
        reason: 'a script writes an embedded file out and opens it',
        techniques: [technique.maliciousFile, technique.javascript],
        offset: drop.index,
      },
    ]
  }
  const found = traits.filter(({ pattern }) => pattern.test(text))
  const points = found.reduce((sum, trait) => sum + trait.points, 0)
  if (points < leastPoints) return []
  return found.map(({ reason }) => ({
    name: 'Heuristic.Exploit.JavaScript',
    score: Math.min(97, points),
    reason,
    techniques: [technique.exploitation, technique.javascript],
  }))
}
