// PostScript in documents (EPS in HWP above all) that writes files, runs commands or decodes and runs machine code
// (CVE-2013-0808, CVE-2015-2545, CVE-2017-8291 and their followers). What printers' drivers write does none of it.

import { type Finding, technique } from './trait.ts'

interface Rule {
  readonly all: readonly RegExp[]
  readonly score: number
  readonly reason: string
}

const rules: readonly Rule[] = [
  {
    all: [/%pipe%/],
    score: 95,
    reason: 'runs a command through a pipe',
  },
  {
    all: [
      /\([wa]\+?\)\s*file\b/,
      /getenv|startup|appdata|\\\\temp|\.(?:exe|dll|vbs|js|bat|cmd|lnk|hta|ps1)\s*\)/i,
    ],
    score: 92,
    reason: 'writes a file where it may be run',
  },
  {
    all: [/\.eqproc|\.rsdparams|\.initialize_dsc_parser/, /\b(?:put|putinterval|forall|repeat|loop)\b/],
    score: 85,
    reason: 'calls an internal operator that is known for its exploits (CVE-2017-8291)',
  },
  {
    all: [/<[\da-f\s]{8192}/i, /\bxor\b/, /\b(?:exec|cvx)\b/, /\b(?:for|forall|repeat|loop)\b/],
    score: 88,
    reason: 'decodes a long string in a loop and runs it',
  },
  {
    all: [/VirtualProtect|VirtualAlloc|LoadLibraryA|GetProcAddress|WinExec|(?:90){64}/i],
    score: 85,
    reason: 'holds machine code or names of system functions',
  },
  {
    all: [
      /<[\da-f\s]{8192}/i,
      /\bforall\b/,
      /\bcopy\b/,
      /\b(?:aload|astore)\b/,
      /\bputinterval\b/,
      /\bcvx\s+exec\b|\btoken\s+pop\s+exec\b/,
    ],
    score: 70,
    reason: 'builds arrays out of a long string and runs what it has built',
  },
]

export function isPostScript(head: Uint8Array): boolean {
  return head[0] === 0x25 && head[1] === 0x21 && head[2] === 0x50 && head[3] === 0x53
}

export function judgePostScript(text: string): Finding[] {
  const plain = withHexStrings(text)
  return rules
    .filter(({ all }) => all.every((pattern) => pattern.test(plain)))
    .map(({ score, reason }) => ({
      name: 'Heuristic.Exploit.PostScript',
      score,
      reason,
      techniques: [technique.exploitation],
    }))
}

const maxDecodedStrings = 2000

/** Hexadecimal strings are decoded behind the text: names of files and programs are hidden in them. */
function withHexStrings(text: string): string {
  const decoded: string[] = []
  for (const [, digits = ''] of text.matchAll(/<([\da-fA-F\s]{16,65536})>/g)) {
    if (decoded.length === maxDecodedStrings) break
    const inner = Buffer.from(digits.replaceAll(/\s+/g, ''), 'hex').toString('latin1')
    // A program in itself; anything else is data, of which fonts and pictures have much.
    if (/^[\t\n\r -~]+$/.test(inner)) decoded.push(inner)
  }
  return decoded.length === 0 ? text : `${text}\n${decoded.join('\n')}`
}
