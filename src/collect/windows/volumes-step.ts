// The drives: which there are, how full they are, and how those are read that are collected.

import { statfsSync } from 'node:fs'

import type { Note } from '../../evidence/note.ts'
import { type Drive, isExternal, listDrives } from '../../platform/windows/volumes.ts'
import type { CollectStep } from '../step.ts'

/** `notes`: of their opening, for the case log. */
export function volumesStep(notes: readonly Note[]): CollectStep {
  return {
    id: 'volumes',
    title: 'drives',
    profiles: ['quick', 'full'],
    maxMs: { quick: 5000, full: 60_000 },
    async *collect(context) {
      for (const { text } of notes) context.note(text)
      yield { kind: 'rows', name: 'volumes', rows: listDrives().map((drive) => rowOf(drive)) }
    },
  }
}

function rowOf({ letter, kind }: Drive): object {
  // Of another host, or without a disk in it: asking may take long.
  if (kind !== 'fixed' && kind !== 'removable') return { letter, kind }
  return { letter, kind, external: isExternal(letter) ?? null, ...roomOf(letter) }
}

function roomOf(letter: string): object {
  try {
    const { blocks, bfree, bsize } = statfsSync(`${letter}:\\`)
    return { bytes: blocks * bsize, free_bytes: bfree * bsize }
  } catch {
    return {}
  }
}
