// Web shells: server scripts that run what a request says. Gate by words, then an analysis for each language that the
// text may be written in; one finding an object, the surest.

import type { Detector, DetectContext } from '../detector.ts'
import type { ScanObject } from '../../scan-object.ts'
import { maxRead } from '../../source/byte-source.ts'
import { textOf } from '../../source/text.ts'
import { textKindOf } from '../../text-kind.ts'
import { analyseCgi } from './cgi.ts'
import { Evidence } from '../evidence.ts'
import {
  cgiKindOf,
  isBarePhp,
  looksLikeNet,
  mayBeAspShell,
  mayBeConfig,
  mayBeJspShell,
  mayBePhpShell,
} from './gates.ts'
import { judgeDirectives, judgeIntruderTexts, mayHaveDirectives } from './intruder-texts.ts'
import { analyseAsp } from './pages/asp.ts'
import { aspKindOf } from './pages/asp-language.ts'
import { analyseJsp } from './pages/jsp.ts'
import { analysePhp } from './php/analyse.ts'
import { analyseConfig } from './server-config.ts'

/** Larger scripts are looked at up to here. */
const maxTextBytes = 4 * 1024 * 1024
/** How far into a picture, an archive or a program code is looked for. */
const maxBinaryBytes = 1024 * 1024

/** ATT&CK: server software component, web shell. */
const webShellTechnique = 'T1505.003'

export const webshellDetector: Detector = {
  id: 'webshell',
  detect(object, context) {
    context.budget.checkTime()
    const read = textKindOf(object) === undefined ? textInside(object, context) : textOf(object, maxTextBytes)
    if (read === undefined || read.length < 12) return
    const text = repaired(read)
    context.budget.checkTime()
    let best: { name: string; evidence: Evidence; score: number } | undefined
    for (const [name, analyse] of analyses(text, object)) {
      const evidence = new Evidence()
      analyse(evidence, context)
      if (name !== 'Config') judgeIntruderTexts(text, evidence)
      const score = evidence.judge()?.score ?? 0
      if (score > (best?.score ?? 0)) best = { name, evidence, score }
    }
    const judged = best?.evidence.judge(({ offset, sentence }) => `line ${lineAt(text, offset)}: ${sentence}`)
    if (best === undefined || judged === undefined) return
    const techniques = new Set([webShellTechnique, ...judged.techniques])
    context.suspect({ ...judged, name: `Heuristic.Webshell.${best.name}`, techniques: [...techniques] })
  },
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

const wideQuotes = /\xe2\x80[\x9c\x9d]|\xa1[\xb0\xb1]|[“”]/g
const splitMarks = /< (%[@!=\s])|%( )>/g

/** Quotes and marks as they were before a page was copied from a web site. */
function repaired(text: string): string {
  let whole = text
  if (/(?:language|runat)=(?:\xe2\x80[\x9c\x9d]|\xa1[\xb0\xb1]|[“”])/i.test(text))
    whole = whole.replaceAll(wideQuotes, '"')
  return whole.includes('< %') && whole.includes('% >')
    ? whole.replaceAll(splitMarks, (_, open?: string) => (open === undefined ? '%>' : `<${open}`))
    : whole
}

/** `%h = <%s …` and formats of Perl look like a page's marks. */
const perl = /^(?:package [\w:]{1,80};|use (?:strict|warnings);)/m

type Analysis = (evidence: Evidence, context: DetectContext) => void

/** The languages that the text may be written in, by its marks. */
function analyses(text: string, { language }: ScanObject): [string, Analysis][] {
  const found: [string, Analysis][] = []
  if ((text.includes('<?') || text.includes('<script')) && mayBePhpShell(text)) {
    found.push(['PHP', (evidence, { budget }) => analysePhp(text, { evidence, budget, isBare: false })])
  } else if (isBarePhp(text)) {
    found.push(['PHP', (evidence, { budget }) => analysePhp(text, { evidence, budget, isBare: true })])
  }
  const hasBlocks = text.includes('<%') || text.includes('<jsp:') || /\brunat\b|msxsl:script/i.test(text)
  const isJsp = (hasBlocks || language === 'jsp' || text.includes('yv66vg')) && mayBeJspShell(text)
  if (isJsp) found.push(['JSP', (evidence) => analyseJsp(text, evidence)])
  if (
    (isJsp ? looksLikeNet(text) : hasBlocks || language === 'asp') &&
    mayBeAspShell(text) &&
    !perl.test(text)
  ) {
    const kind = aspKindOf(text)
    found.push([kind === 'asp' ? 'ASP' : 'ASPX', (evidence) => analyseAsp(text, kind, evidence)])
  }
  if (mayHaveDirectives(text)) found.push(['Directive', (evidence) => judgeDirectives(text, evidence)])
  const cgi = found.length === 0 || text.startsWith('#!') ? cgiKindOf(text, language) : undefined
  if (cgi !== undefined) found.push([cgi, (evidence) => analyseCgi(text, cgi, evidence)])
  if (mayBeConfig(text)) found.push(['Config', (evidence) => analyseConfig(text, evidence)])
  return found
}

const codeMarks = ['<?php', '<?=', '<%'].map((mark) => Buffer.from(mark))

/** The text of something that is no text, where it holds the beginning of a script: code behind a picture. */
function textInside({ source, head }: ScanObject, { budget }: DetectContext): string | undefined {
  if (head.length === 0 || isProgram(head)) return undefined
  const parts: Buffer[] = []
  let found = false
  for (let at = 0; at < maxBinaryBytes;) {
    budget.checkTime()
    const part = source.read(at, maxRead)
    if (part.length === 0) break
    const view = Buffer.from(part.buffer, part.byteOffset, part.length)
    found ||= codeMarks.some((mark) => view.includes(mark))
    parts.push(Buffer.from(view))
    at += part.length
  }
  if (!found) return undefined
  return Buffer.concat(parts).toString('latin1')
}

/** No server runs one as a page, and one in a few hundred holds three bytes that look like a page's. */
function isProgram(head: Uint8Array): boolean {
  const isElf = head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
  const isPe = head[0] === 0x4d && head[1] === 0x5a && head[2] !== 0x3c
  return isElf || isPe || (head[1] === 0xfa && head[2] === 0xed && head[3] === 0xfe)
}
