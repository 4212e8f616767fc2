// From what a script's layers show to a score.

import type { Budget } from '../../limits.ts'
import { Evidence, type Judgement, quote } from '../evidence.ts'
import type { ScriptLanguage } from './language.ts'
import { javascriptTraits, perlTraits, pythonTraits, rubyTraits } from './traits/code.ts'
import { combinations } from './traits/combinations.ts'
import { hostTraits } from './traits/host.ts'
import { placeOf, type Trait } from './traits/trait.ts'
import { unixTraits } from './traits/unix.ts'
import { windowsTraits } from './traits/windows.ts'
import { type Reading, readingsOf } from './unwrap.ts'

/** Python calls the system's functions by the same names as PowerShell, and means less by it. */
const commandTraits = windowsTraits.filter(({ kind }) => kind !== 'memory' && kind !== 'thread')

const traitsOf: Readonly<Record<ScriptLanguage, readonly Trait[]>> = {
  batch: windowsTraits,
  powershell: windowsTraits,
  vbscript: [...hostTraits, ...windowsTraits],
  javascript: [...javascriptTraits, ...hostTraits, ...windowsTraits],
  shell: unixTraits,
  python: [...pythonTraits, ...commandTraits],
  perl: perlTraits,
  ruby: rubyTraits,
}

const libraryTraits: readonly Trait[] = [...javascriptTraits, ...windowsTraits]

const ownTechnique: Readonly<Record<ScriptLanguage, string>> = {
  batch: 'T1059.003',
  powershell: 'T1059.001',
  vbscript: 'T1059.005',
  javascript: 'T1059.007',
  shell: 'T1059.004',
  python: 'T1059.006',
  perl: 'T1059',
  ruby: 'T1059',
}

/** Undefined: nothing to say. */
export function judgeScript(text: string, language: ScriptLanguage, budget: Budget): Judgement | undefined {
  const evidence = new Evidence()
  const hidden = new Hidden()
  for (const reading of readingsOf(text, language, budget)) addReading(reading, evidence, hidden)
  hidden.addTo(evidence)
  for (const { kinds, weight, sentence } of combinations) {
    if (!evidence.has(...kinds)) continue
    evidence.add({
      kind: kinds.join('+'),
      score: weight,
      offset: evidence.offsetOf(kinds[0] ?? ''),
      sentence,
    })
  }
  const judged = evidence.judge()
  if (judged === undefined) return undefined
  return { ...judged, techniques: [...new Set([ownTechnique[language], ...judged.techniques])] }
}

const hostObjects = /\b(?:wscript|activexobject|winmgmts|getobject)\b/i

/** Libraries for servers and browsers are not judged as scripts of the script host. */
function traitsFor(language: ScriptLanguage, view: string): readonly Trait[] {
  return language !== 'javascript' || hostObjects.test(view) ? traitsOf[language] : libraryTraits
}

const longestQuote = 60
/** What a trait gains that shows only when a layer is taken off. */
const hiddenShare = 0.35

function addReading(reading: Reading, evidence: Evidence, hidden: Hidden): void {
  const { view, raw, depth, steps, carried, language } = reading
  const plain = plainCommand(view, language)
  const isBroken = plain.length < view.length - 2
  for (const trait of traitsFor(language, view)) {
    const shown = placeOf(trait, plain)
    // What is worked out is gone from the view: `fromCharCode`, a call with constants.
    const written = steps > 0 || isBroken ? placeOf(trait, raw) : shown
    if (shown < 0 && written < 0) continue
    const place = shown < 0 ? written : shown
    const { kind, weight, sentence, techniques } = trait
    const isHidden = depth > 0 || written < 0
    if (isHidden) hidden.kinds.add(kind)
    evidence.add({
      kind,
      score: isHidden ? weight + (100 - weight) * hiddenShare * (weight / 100) : weight,
      offset: isHidden ? 0 : Math.min(place, raw.length),
      sentence: `${sentence}${isHidden ? ', and hides it' : ''}: ${quote((shown < 0 ? raw : plain).slice(place, place + 200).trim(), longestQuote)}`,
      technique: techniques,
    })
  }
  if (depth > 0) hidden.depth = Math.max(hidden.depth, depth)
  addCarried(carried, evidence)
}

function addCarried({ program, container, longest }: Reading['carried'], evidence: Evidence): void {
  const technique = 'T1027.009'
  if (program !== undefined) {
    evidence.add({
      kind: 'carries-program',
      score: 48,
      offset: 0,
      sentence: `carries ${program} as text`,
      technique,
    })
  }
  if (container !== undefined) {
    evidence.add({
      kind: 'carries-container',
      score: 10,
      offset: 0,
      sentence: `carries ${container} as text`,
      technique,
    })
  }
  if (longest > 20_000) {
    evidence.add({
      kind: 'carries-data',
      score: 8,
      offset: 0,
      sentence: `carries ${longest} characters of data`,
      technique,
    })
  }
}

/** Traits that nobody was to see. */
class Hidden {
  readonly kinds = new Set<string>()
  depth = 0

  addTo(evidence: Evidence): void {
    if (this.kinds.size === 0) return
    const layers =
      this.depth > 0 ? `below ${this.depth} layer${this.depth > 1 ? 's' : ''} of code` : 'in pieces'
    evidence.add({
      kind: 'hides',
      score: Math.min(50, 24 + 8 * this.kinds.size),
      offset: 0,
      sentence: `what it does stands ${layers}`,
      technique: 'T1027',
    })
  }
}

/** What a shell of Windows makes of a line: carets, backticks and quotes between letters mean nothing. */
function plainCommand(view: string, language: ScriptLanguage): string {
  if (language === 'shell' || language === 'perl' || language === 'ruby') return view
  return view.replaceAll(/(?<=[A-Za-z])[`^](?=[A-Za-z])/g, '')
}
