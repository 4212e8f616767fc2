// OneNote sections that hold programs and scripts: one click on what looks like a button runs them.

import type { Budget } from '../../limits.ts'
import { embeddedFiles } from '../../parsers/onenote/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { hidesItsKind, isRunnable } from './targets.ts'
import { type Finding, technique } from './trait.ts'

const headBytes = 1024

export function judgeOneNote(source: ByteSource, budget: Budget): Finding[] {
  const findings: Finding[] = []
  for (const { name, start, size } of embeddedFiles(source, budget)) {
    const what = kindOf(source.read(start, Math.min(size, headBytes)), name)
    if (what === undefined) continue
    findings.push({
      name: 'Heuristic.OneNote.EmbeddedProgram',
      score: hidesItsKind(name) ? 95 : 88,
      reason: `holds ${what}${name === '' ? '' : `: ${name}`}`,
      techniques: [technique.maliciousFile],
      offset: start,
    })
  }
  return findings
}

function kindOf(head: Uint8Array, name: string): string | undefined {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith('MZ')) return 'a program'
  if (text.startsWith('L\0\0\0\x01\x14\x02\0')) return 'a shortcut'
  if (/<hta:application|<script[^>]{0,80}(?:vbscript|jscript)/i.test(text)) return 'a script in HTML'
  return isRunnable(name) ? 'a file that runs when it is opened' : undefined
}
