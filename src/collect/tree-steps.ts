// What target lists take from a disk: a step for each list and volume. Files are found by one walk and given in the order in which
// they lie, small lists of great worth first.

import { setImmediate as breathe } from 'node:timers/promises'

import type { EvidenceTree, TreeFile } from '../evidence/tree.ts'
import { type FileSource, partOf } from '../evidence/source.ts'
import type { CollectStep, FileItem, Profile, StepContext } from './step.ts'
import { accountHomes } from './targets/account-homes.ts'
import { findPlaces, type Found, type Target, type TargetList, withHomes } from './targets/index.ts'

/** A tree, and the name of its volume where there are several. */
export interface CollectedTree {
  readonly tree: EvidenceTree
  readonly volume?: string
}

const maxMs: Readonly<Record<Profile, number>> = { quick: 30_000, full: 6 * 3_600_000 }

/** Lists of another system than the tree's give no step; where nobody knows the system, all do. */
export function treeSteps(trees: readonly CollectedTree[], lists: readonly TargetList[]): CollectStep[] {
  const ordered = lists.toSorted((a, b) => a.order - b.order)
  return ordered.flatMap((list) =>
    trees
      .filter(({ tree }) => tree.system === 'unknown' || tree.system === list.system)
      .map((collected) => stepOf(list, collected)),
  )
}

function stepOf(list: TargetList, { tree, volume }: CollectedTree): CollectStep {
  const profiles = (['quick', 'full'] as const).filter((profile) => targetsOf(list, profile).length > 0)
  return {
    id: volume === undefined ? list.id : `${list.id}-${volume.toLowerCase()}`,
    title: volume === undefined ? list.title : `${list.title} (${volume})`,
    profiles,
    maxMs,
    async *collect(context) {
      const targets = targetsOf(list, context.profile)
      const known = list.system === 'linux' ? withHomes(targets, accountHomes(tree)) : targets
      const limits = {
        isOver: () => context.leftMs() <= 0,
        note: (text: string) => {
          context.note(text)
        },
      }
      const tell = notesOf(tree, context)
      for (const found of findPlaces(tree, known, limits)) {
        if (found === undefined) {
          await breathe()
          continue
        }
        const item = itemOf(tree, found, context)
        tell()
        if (item !== undefined) yield volume === undefined ? item : { ...item, volume }
      }
      tell()
    },
  }
}

/** Tells what has become known of the medium since it was last called. */
function notesOf({ notes }: EvidenceTree, context: StepContext): () => void {
  let told = notes.kept.length
  return () => {
    for (; told < notes.kept.length; told++) context.note(notes.kept[told]?.text ?? '')
  }
}

function targetsOf({ targets }: TargetList, profile: Profile): readonly Target[] {
  return targets.filter(({ profiles }) => profiles.includes(profile))
}

/** Undefined: there is no such file any more, no such stream, or it is not meant. */
function itemOf(tree: EvidenceTree, found: Found, context: StepContext): FileItem | undefined {
  const { target, path, stream } = found
  const file = tree.stat(path)
  if (file === undefined) return undefined
  if (stream !== undefined) return streamItem(tree, file, { ...found, stream }, context)
  if (file.kind === 'file' && file.size < (target.minBytes ?? 0)) return undefined
  const whole: FileItem = { kind: 'file', file, open: () => tree.open(path) }
  if (file.kind !== 'file' || isFitting(file.size, target, context)) return whole
  if (target.content === 'tail') return tailItem(whole, file.size, target, context)
  if (target.content === 'whole')
    context.note(
      `${path} has ${file.size} bytes, more than ${limitOf(target, context)}: its content is not taken`,
    )
  return { ...whole, open: () => undefined }
}

function streamItem(
  tree: EvidenceTree,
  file: TreeFile,
  { target, path, stream }: Found & { readonly stream: string },
  context: StepContext,
): FileItem | undefined {
  const name = file.streams?.find((one) => one.toLowerCase() === stream.toLowerCase())
  if (file.streams !== undefined && name === undefined) return undefined
  const size = sizeOf(tree.open(path, name ?? stream))
  if (size === undefined) return undefined
  const open = (): FileSource | undefined => tree.open(path, name ?? stream)
  const whole: FileItem = { kind: 'file', file: { ...file, size }, stream: name ?? stream, open }
  if (isFitting(size, target, context)) return whole
  if (target.content === 'tail') return tailItem(whole, size, target, context)
  context.note(`${path}:${stream} has ${size} bytes, more than is taken of it: its content is not taken`)
  return { ...whole, open: () => undefined }
}

function sizeOf(source: FileSource | undefined): number | undefined {
  if (source === undefined) return undefined
  using open = source
  return open.size
}

function limitOf({ maxBytes }: Target, { maxFileBytes }: StepContext): number {
  return Math.min(maxBytes ?? Infinity, maxFileBytes)
}

/** Whether the whole content is taken. */
function isFitting(size: number, target: Target, context: StepContext): boolean {
  if (target.content === 'none') return false
  // The zeros in front of a journal are no content, whatever its size.
  if (target.content === 'tail') return size <= blockBytes
  return size <= limitOf(target, context)
}

/** The end of a file that grows for ever: what it freed in front reads as zeros. */
function tailItem(whole: FileItem, size: number, target: Target, context: StepContext): FileItem {
  const source = whole.open()
  if (source === undefined) return whole
  let start: number
  {
    using open = source
    start = Math.max(firstData(open), size - limitOf(target, context))
  }
  if (start === 0) return whole
  const name = whole.stream === undefined ? whole.file.path : `${whole.file.path}:${whole.stream}`
  context.note(
    `${name}: taken from byte ${start} of ${size} on; before it there are zeros, or it is too large`,
  )
  return {
    ...whole,
    file: { ...whole.file, size: size - start },
    open: () => {
      const opened = whole.open()
      if (opened === undefined) return undefined
      const part = partOf(opened, start, size - start)
      return {
        path: opened.path,
        size: part.size,
        read: (offset, length) => part.read(offset, length),
        [Symbol.dispose]: () => opened[Symbol.dispose](),
      }
    },
  }
}

const blockBytes = 64 * 1024

/** In steps of 64 KiB, by halving: the journal of NTFS is freed from the front, so that data follows zeros only once. */
function firstData(source: FileSource): number {
  let empty = 0
  let full = Math.ceil(source.size / blockBytes)
  while (empty < full) {
    const middle = Math.floor((empty + full) / 2)
    const block = source.read(middle * blockBytes, blockBytes)
    if (block.every((byte) => byte === 0)) empty = middle + 1
    else full = middle
  }
  // Zeros only: nothing is left out.
  return empty * blockBytes >= source.size ? 0 : empty * blockBytes
}
