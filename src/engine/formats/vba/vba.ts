// VBA projects: the source of every module as text, and the strings of forms, where macros like to keep what must not
// be seen.

import { isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { readVbaProjects, type VbaModule, type VbaProject } from '../../parsers/vba/index.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { stringsOf } from './form-strings.ts'

const marks = new Set(['dir', '_vba_project'])

export const vba: Format = {
  id: 'vba',
  kind: 'archive',

  matches({ head, source }) {
    if (!isCfb(head)) return false
    const entries = readCfb(source)?.entries ?? []
    return entries.some(({ name, kind }) => kind === 'stream' && marks.has(name.toLowerCase()))
  },

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    if (cfb === undefined) return
    for (const project of readVbaProjects(cfb, context.budget)) yield* projectMembers(project, context)
  },
}

function* projectMembers(project: VbaProject, context: UnpackContext): Generator<Member> {
  for (const module of project.modules()) {
    const name = nameOf(module)
    if (module.isDamaged) context.fault(name, 'damaged', 'the compressed source is damaged')
    if (module.text === '') context.budget.countMember()
    else yield { name, source: bytesSource(Buffer.from(module.text)), language: 'vba' }
  }
  for (const { path, source } of project.formStreams) {
    const strings = stringsOf(source)
    if (strings === '') context.budget.countMember()
    else yield { name: `${path} (strings)`, source: bytesSource(Buffer.from(strings)) }
  }
}

/** As the editor exports it. */
function nameOf({ name, isClass }: VbaModule): string {
  return `VBA/${name}.${isClass ? 'cls' : 'bas'}`
}
