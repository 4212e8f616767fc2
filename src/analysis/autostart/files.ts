// What the files of a Windows disk start by themselves: every place of the table, and subscriptions of WMI.

import { AppError, messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import type { Machine } from '../machine/hives.ts'
import type { CaseFolding } from '../programs/windows-path.ts'
import type { StartEntry } from './entry.ts'
import { type FilePlace, filePlaces } from './file-places.ts'
import { startup } from './file-readers.ts'
import { wmiEntries, wmiObjects } from './wmi.ts'

const maxFileBytes = 64 * 1024 * 1024
const repositories = ['/Windows/System32/wbem/Repository', '/Windows/System32/wbem/Repository/FS']
const approved = 'Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder'

export interface FileContext {
  readonly folding: CaseFolding
  readonly notes: Notes
  /** Its hives say what is switched off. */
  readonly machine: Machine | undefined
}

export function* fileEntries(
  tree: EvidenceTree,
  context: FileContext,
): Generator<StartEntry, void, undefined> {
  for (const place of filePlaces) {
    for (const path of new Set(place.globs.flatMap((glob) => [...context.folding.filesAt(glob)])))
      yield* entriesAt(tree, { path, place }, context)
  }
  yield* wmiIn(tree, context)
}

function* entriesAt(
  tree: EvidenceTree,
  { path, place }: { readonly path: string; readonly place: FilePlace },
  { notes, machine }: FileContext,
): Generator<StartEntry, void, undefined> {
  const file = tree.stat(path)
  if (file === undefined || file.size > maxFileBytes) return
  const own = new Notes(20)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const user = /^\/(?:Users|Documents and Settings)\/([^/]+)\//i.exec(path)?.[1]
  try {
    using source = tree.open(path)
    if (source === undefined) return
    for (const started of place.read({ path, source, notes: own })) {
      const { entry = name, isHidden = false, ...rest } = started
      yield {
        isUsual: false,
        ...rest,
        isEnabled:
          (rest.isEnabled ?? true) && !(place.read === startup && isSwitchedOff(machine, user, name)),
        category: place.category,
        key: path,
        entry,
        time: file.times.modified ?? '',
        ...(user === undefined ? {} : { user }),
        technique: isHidden ? 'T1564' : place.technique,
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    own.add(messageOf(thrown))
  }
  for (const { text, offset } of own.kept) notes.add(`${path}: ${text}`, offset)
}

/** Task Manager's switch: the lowest bit of the first byte is set while an entry is off. */
function isSwitchedOff(machine: Machine | undefined, user: string | undefined, name: string): boolean {
  const owner = machine?.users.find((one) => one.name.toLowerCase() === user?.toLowerCase())
  const switches =
    user === undefined ? machine?.software?.find(approved) : owner?.ntuser?.find(`Software\\${approved}`)
  const [state = 0] = switches?.value(name)?.data ?? []
  return (state & 1) === 1
}

function* wmiIn(tree: EvidenceTree, { folding, notes }: FileContext): Generator<StartEntry, void, undefined> {
  for (const place of repositories) {
    const folder = folding.locate(place)
    if (folder === undefined) continue
    const open = (name: string): ReturnType<EvidenceTree['open']> => {
      const path = folding.locate(`${folder}/${name}`)
      return path === undefined ? undefined : tree.open(path)
    }
    yield* wmiEntries(wmiObjects({ open }, notes), folder)
  }
}
