// Macros of one document together: what starts in one module runs in another, and reads its strings from a form. Only
// what the modules do not show one by one is said here.

import { readCfb } from '../../parsers/cfb/index.ts'
import { readVbaProjects, type VbaProject } from '../../parsers/vba/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { DetectContext } from '../detector.ts'
import { judgeStomping } from './stomping.ts'
import { judgeVba } from './vba/judge.ts'

const maxTextBytes = 2 * 1024 * 1024
const maxFormBytes = 256 * 1024

export function detectProject(source: ByteSource, context: DetectContext): void {
  const cfb = readCfb(source, context.budget)
  if (cfb === undefined) return
  for (const project of readVbaProjects(cfb, context.budget)) judgeProject(project, context)
}

function judgeProject(project: VbaProject, context: DetectContext): void {
  const modules = [...project.modules()]
  const stomped = judgeStomping(modules, project.compiledNames)
  if (stomped !== undefined) context.suspect({ ...stomped, offset: 0 })
  const look = (): void => context.budget.checkTime()
  const texts: string[] = []
  let length = 0
  for (const { text } of modules) {
    length += text.length
    if (text !== '' && length <= maxTextBytes) texts.push(text)
  }
  const forms = project.formStreams.flatMap(({ source }) => stringsIn(source))
  if (texts.length < 2 && forms.length === 0) return
  const together = judgeVba(texts, look, forms)
  if (together === undefined) return
  const alone = Math.max(0, ...texts.map((text) => judgeVba([text], look)?.score ?? 0))
  if (together.score > alone) context.suspect({ ...together, offset: 0 })
}

/** Of eight characters on: shorter ones are names. */
function stringsIn(source: ByteSource): string[] {
  const text = Buffer.from(source.read(0, maxFormBytes)).toString('latin1')
  return [...text.matchAll(/[\u0020-\u007e]{8,}/g)].map(([found]) => found)
}
