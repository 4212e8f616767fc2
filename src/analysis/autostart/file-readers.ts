// What a file in an autostart place starts: itself, what a shortcut or a task names, or the lines of a list.

import { imageOf } from '../../evidence/autoruns/index.ts'
import { readLnk } from '../../evidence/lnk/index.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import { readTask } from '../../evidence/tasks/index.ts'
import { windowsPathOf } from '../programs/windows-path.ts'

const maxShortcutBytes = 1024 * 1024
const maxListBytes = 256 * 1024
const maxLines = 2000

export interface PlacedFile {
  /** In the tree. */
  readonly path: string
  readonly source: EvidenceSource
  readonly notes: Notes
}

export interface Started {
  /** Of the file where it is absent. */
  readonly entry?: string
  readonly command: string
  readonly image: string
  readonly classId?: string
  readonly isEnabled?: boolean
  readonly isUsual?: boolean
  readonly isHidden?: boolean
}

export type FileReader = (file: PlacedFile) => readonly Started[]

export function whole({ path }: PlacedFile): Started[] {
  const image = windowsPathOf(path)
  const isUsual = /\/(?:desktop\.ini|~\$[^/]*)$/i.test(path)
  return [{ command: image, image, isUsual }]
}

export function usual(file: PlacedFile): Started[] {
  return whole(file).map((started) => ({ ...started, isUsual: true }))
}

/** Windows makes some of them without a line in them. */
export function unusual(file: PlacedFile): Started[] {
  const lines = linesIn(file).filter((line) => !/^(?:@?echo off|rem\b.*|::.*)?$/i.test(line))
  return lines.length === 0 ? usual(file) : whole(file)
}

export function startup(file: PlacedFile): readonly Started[] {
  const { path, source, notes } = file
  if (/\.lnk$/i.test(path)) {
    const link = readLnk(source.read(0, Math.min(source.size, maxShortcutBytes)), notes)?.lnk
    if (link === undefined) return whole(file)
    const target = link.path ?? ''
    const { arguments: given = '' } = link
    return [
      {
        command: `${target} ${given}`.trim(),
        image: imageOf(given === '' ? target : commandOf(target, given)),
      },
    ]
  }
  if (/\.(?:url|website)$/i.test(path)) {
    const address = linesIn(file)
      .find((line) => /^url=/i.test(line))
      ?.slice(4)
    if (address !== undefined)
      return [{ command: address, image: imageOf(address.replace(/^file:\/+/i, '')) }]
  }
  return whole(file)
}

function commandOf(path: string, given: string): string {
  return `"${path}" ${given}`
}

export function tasks({ path, source, notes }: PlacedFile): readonly Started[] {
  const task = readTask(source, notes)
  const entry = path.replace(/^.*?\/Tasks(?=\/)/i, '').replaceAll('/', '\\')
  return (task?.actions ?? []).flatMap((action): Started[] => {
    const state = { entry, isEnabled: task?.enabled === true, isHidden: task?.hidden === true }
    if (action.type === 'exec') {
      const { command, arguments: given = '' } = action
      return [
        {
          ...state,
          command: given === '' ? command : `${command} ${given}`,
          image: imageOf(given === '' ? command : commandOf(command.replaceAll('"', ''), given)),
        },
      ]
    }
    if (action.type !== 'com-handler') return []
    return [{ ...state, command: action.classId, image: '', classId: action.classId }]
  })
}

export function jobs(file: PlacedFile): readonly Started[] {
  const entry = file.path.slice(file.path.lastIndexOf('/') + 1)
  return tasks(file).map((started) => ({ ...started, entry }))
}

/** Group policy: `0CmdLine=` and `0Parameters=` in the section of the event; what is no path lies in a folder of that name. */
export function scripts(file: PlacedFile): readonly Started[] {
  const folder = file.path.slice(0, file.path.lastIndexOf('/'))
  const found: Started[] = []
  for (const [section, values] of sectionsOf(file)) {
    for (const [name, command] of values) {
      const number = /^(\d{1,4})cmdline$/.exec(name)?.[1]
      if (number === undefined || command === '') continue
      const given = values.get(`${number}parameters`) ?? ''
      const isPath = /[\\/]/.test(command)
      found.push({
        entry: `${section} ${number}`,
        command: `${command} ${given}`.trim(),
        image: isPath ? imageOf(command) : windowsPathOf(`${folder}/${section}/${command}`),
      })
    }
  }
  return found
}

/** `load` and `run` of Windows 3, which logging on still obeys, and the shell. */
export function winIni(file: PlacedFile): readonly Started[] {
  const sections = sectionsOf(file)
  const wanted = [
    ['windows', 'load'],
    ['windows', 'run'],
    ['boot', 'shell'],
    ['boot', 'scrnsave.exe'],
  ] as const
  return wanted.flatMap(([section, name]): Started[] => {
    const command = sections.get(section)?.get(name) ?? ''
    if (command === '') return []
    return [{ entry: name, command, image: imageOf(command), isUsual: /^explorer\.exe$/i.test(command) }]
  })
}

/** Names of sections and values in lower case. */
function sectionsOf(file: PlacedFile): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let values = new Map<string, string>()
  for (const line of linesIn(file)) {
    const section = /^\[([^\]]{1,64})\]$/.exec(line)?.[1]?.toLowerCase()
    if (section !== undefined) {
      values = sections.get(section) ?? new Map<string, string>()
      sections.set(section, values)
      continue
    }
    const at = line.indexOf('=')
    if (at > 0) values.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim())
  }
  return sections
}

function linesIn({ source }: PlacedFile): string[] {
  const bytes = source.read(0, Math.min(source.size, maxListBytes))
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  const text = new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
  return text.split(/\r?\n/, maxLines).map((line) => line.trim())
}
