// Macros and links that start programs: judged by what starts them, what they do and what they hide.

import { isCfb } from '../../parsers/cfb/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import { textOf } from '../../source/text.ts'
import { textKindOf } from '../../text-kind.ts'
import type { DetectContext, Detector } from '../detector.ts'
import { cellLinks, judgeDde, markupFields } from './dde.ts'
import { detectProject } from './project.ts'
import { type Judgement, judgeVba } from './vba/judge.ts'
import { isMacroSheet, judgeXlm, macroSheetText } from './xlm.ts'

const maxTextBytes = 2 * 1024 * 1024
/** What an editor puts in front of a module that it exports. */
const exported = /^(?:\ufeff|\u00ef\u00bb\u00bf)?(?:VERSION \d\.\d+ (?:CLASS|FORM)|Attribute VB_Name = )/i

export const macroDetector: Detector = {
  id: 'macro',

  detect(object, context) {
    if (isCfb(object.head)) {
      detectProject(object.source, context)
      return
    }
    const finding =
      object.language === undefined ? findingInText(object, context) : findingIn(object, context)
    if (finding !== undefined) context.suspect({ ...finding, offset: 0 })
  },
}

function findingIn(object: ScanObject, context: DetectContext): Judgement | undefined {
  const judge = judges[object.language ?? '']
  const text = judge === undefined ? undefined : textOf(object, maxTextBytes, context.budget)
  return text === undefined ? undefined : judge?.(text, () => context.budget.checkTime())
}

const judges: Readonly<Record<string, (text: string, look: () => void) => Judgement | undefined>> = {
  vba: (text, look) => judgeVba([text], look),
  xlm: judgeXlm,
  dde: judgeDde,
}

/** Files that are plainly one of the three without saying so. */
function findingInText(object: ScanObject, context: DetectContext): Judgement | undefined {
  if (textKindOf(object) === undefined) return undefined
  const { head } = object
  const start = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const look = (): void => context.budget.checkTime()
  if (exported.test(start)) return judgeVba([textOf(object, maxTextBytes, context.budget) ?? ''], look)
  if (isMacroSheet(start))
    return judgeXlm(macroSheetText(textOf(object, maxTextBytes, context.budget) ?? ''), look)
  if (start.includes('wordprocessingml'))
    return judgeDde(markupFields(textOf(object, maxTextBytes, context.budget) ?? '', context.budget))
  return mayHaveLinks(object)
    ? judgeDde(cellLinks(textOf(object, maxTextBytes, context.budget) ?? ''))
    : undefined
}

const linkMark = Buffer.from("|'")
const linkBytes = 256 * 1024

/** Cheap, as it is asked for every text: program and topic of a link meet in these two characters. */
function mayHaveLinks({ source }: ScanObject): boolean {
  const view = source.read(0, linkBytes)
  return Buffer.from(view.buffer, view.byteOffset, view.length).includes(linkMark)
}
