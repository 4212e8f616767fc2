// Droppers, reverse shells and what is obfuscated in scripts of operating systems and browsers: constants are worked out, layers
// decoded, and what is left is judged by what it does.

import { chunksOf } from '../../source/byte-source.ts'
import type { Budget } from '../../limits.ts'
import { textOf } from '../../source/text.ts'
import type { ScanObject } from '../../scan-object.ts'
import { textKindOf } from '../../text-kind.ts'
import type { Detector } from '../detector.ts'
import type { Judgement } from '../evidence.ts'
import { FoundWords, isFullOfPieces, isWorthReading } from './gate.ts'
import { judgeScript } from './judge.ts'
import { languageNames, languagesOf, type ScriptLanguage } from './language.ts'

const maxTextBytes = 2 * 1024 * 1024
const startBytes = 2048
const shortest = 12

export const scriptDetector: Detector = {
  id: 'script',

  detect(object, context) {
    const kind = textKindOf(object)
    if (kind === undefined || object.head.length < shortest) return
    const languages = languagesOf(object, startOf(object, kind !== 'bytes'))
    if (languages === undefined || languages.length === 0) return
    context.budget.checkTime()
    const best = bestOf(languages, new Texts(object, kind === 'bytes', context.budget), context.budget)
    if (best === undefined) return
    context.suspect({ name: `Heuristic.Script.${languageNames[best.language]}`, ...best.judged })
  },
}

interface Found {
  readonly language: ScriptLanguage
  readonly judged: Judgement
}

function bestOf(languages: readonly ScriptLanguage[], texts: Texts, budget: Budget): Found | undefined {
  let best: Found | undefined
  const isHidden = (): boolean => isFullOfPieces(texts.text)
  for (const language of languages) {
    if (!isWorthReading(language, texts.words, isHidden)) continue
    const judged = judgeScript(texts.text, language, budget)
    if (judged !== undefined && judged.score > (best?.judged.score ?? 0)) best = { language, judged }
  }
  return best
}

/** The object's text, made only when somebody needs more than its words. */
class Texts {
  readonly words = new FoundWords()
  readonly #object: ScanObject
  #text: string | undefined

  constructor(object: ScanObject, isPlain: boolean, budget: Budget) {
    this.#object = object
    if (isPlain) findWords(object, this.words, budget)
    else this.words.search(Buffer.from(this.text, 'latin1'))
  }

  get text(): string {
    this.#text ??= textOf(this.#object, maxTextBytes) ?? ''
    return this.#text
  }
}

function startOf({ head }: ScanObject, isWide: boolean): string {
  const start = Buffer.from(
    head.buffer,
    head.byteOffset,
    Math.min(head.length, isWide ? 2 * startBytes : startBytes),
  )
  return isWide ? start.toString('utf16le').replace(/^\ufeff/, '') : start.toString('latin1')
}

function findWords({ source }: ScanObject, words: FoundWords, budget: Budget): void {
  let length = 0
  for (const chunk of chunksOf(source)) {
    budget.checkTime()
    words.search(chunk)
    length += chunk.length
    if (length >= maxTextBytes) return
  }
}
