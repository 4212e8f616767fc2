// A script's layers: itself as it reads once its constants are worked out, and the code that it carries or decodes, again and
// again.

import type { Budget } from '../../limits.ts'
import { type Carried, carriedIn } from './carried.ts'
import type { Dialect } from './fold/dialect.ts'
import { fold, type Folded, type Layer } from './fold/folder.ts'
import { javascript } from './fold/javascript.ts'
import { powershell } from './fold/powershell.ts'
import { python } from './fold/python.ts'
import { vbscript } from './fold/vbscript.ts'
import { type ScriptLanguage, startLanguage } from './language.ts'
import { unpacked } from './packer.ts'
import { foldBatch } from './plain/batch.ts'
import { foldShell } from './plain/shell.ts'

const maxRounds = 8
const maxLayers = 60
/** Of all layers together. */
const maxTotal = 2 * 1024 * 1024
/** A longer script is read as it stands: nobody writes so much by hand, and machines do not hide it. */
const maxFolded = 768 * 1024

export interface Reading {
  readonly language: ScriptLanguage
  /** 0: the script itself. */
  readonly depth: number
  readonly raw: string
  readonly view: string
  readonly steps: number
  readonly carried: Carried
}

const dialects: Readonly<Partial<Record<ScriptLanguage, Dialect>>> = {
  javascript,
  powershell,
  python,
  vbscript,
}

export function* readingsOf(text: string, language: ScriptLanguage, budget: Budget): Generator<Reading> {
  const seen = new Set<string>([text])
  let room = maxTotal
  let round: { text: string; language: ScriptLanguage }[] = [{ text, language }]
  for (let depth = 0; depth < maxRounds && round.length > 0; depth++) {
    const next: { text: string; language: ScriptLanguage }[] = []
    for (const layer of round) {
      budget.checkTime()
      const reading = readingOf(layer.text, layer.language, { depth, budget })
      yield reading.reading
      for (const inner of reading.layers) {
        room -= inner.text.length
        if (room < 0 || seen.size > maxLayers || seen.has(inner.text)) continue
        seen.add(inner.text)
        next.push({ text: inner.text, language: languageOf(inner, layer.language) })
      }
    }
    round = next
  }
}

function languageOf({ text, language }: Layer, outer: ScriptLanguage): ScriptLanguage {
  if (language !== undefined) return language as ScriptLanguage
  return startLanguage(text.slice(0, 2000)) ?? outer
}

function readingOf(
  raw: string,
  language: ScriptLanguage,
  { depth, budget }: { depth: number; budget: Budget },
): { reading: Reading; layers: readonly Layer[] } {
  const folded = raw.length > maxFolded ? plain(raw) : foldOf(raw, language, budget)
  const carried = carriedIn(folded.view, budget)
  const packed = language === 'javascript' ? unpacked(raw) : []
  const layers = [
    ...folded.layers,
    ...carried.layers,
    ...packed.map((text): Layer => ({ text, language: 'javascript' })),
  ]
  return { reading: { language, depth, raw, view: folded.view, steps: folded.steps, carried }, layers }
}

function foldOf(raw: string, language: ScriptLanguage, budget: Budget): Folded {
  if (language === 'batch') return foldBatch(raw, budget)
  if (language === 'shell') return foldShell(raw, budget)
  const dialect = dialects[language]
  return dialect === undefined ? plain(raw) : fold(raw, dialect, budget)
}

function plain(raw: string): Folded {
  return { view: raw, layers: [], steps: 0 }
}
