// What a collection takes from the disk of a host: well-known places, as lists of data (content/collect/, a user's own YAML, or
// the .tkape files of KAPE).

import type { Profile } from '../step.ts'

export type TargetSystem = 'windows' | 'linux'

/** A place that may stand for many files: parts of its path are names, globs, or `**` for any number of folders. */
export interface Place {
  /** As it was written. */
  readonly text: string
  readonly parts: readonly string[]
  /** A named stream of the files (NTFS). */
  readonly stream?: string
  /** What the name of the file must match besides; for lists that speak in regular expressions. */
  readonly name?: RegExp
}

/** `whole`: the content. `tail`: without zeros in front, and only the last `maxBytes`. `none`: that it is there, and its times. */
export const targetContents = ['whole', 'tail', 'none'] as const
export type TargetContent = (typeof targetContents)[number]

export interface Target {
  /** Lower case with hyphens; unique in its list. */
  readonly id: string
  /** A line for people. */
  readonly about: string
  /** ATT&CK techniques that it bears witness of. */
  readonly attack: readonly string[]
  readonly profiles: readonly Profile[]
  readonly places: readonly Place[]
  readonly content: TargetContent
  /** Larger files are only told; of `tail` the last so many bytes are taken. */
  readonly maxBytes?: number
  /** Smaller files are not taken. */
  readonly minBytes?: number
}

/** Targets that are taken in one step. */
export interface TargetList {
  readonly system: TargetSystem
  /** Of the step: lower case with hyphens. */
  readonly id: string
  readonly title: string
  /** Lower ones come first: what is small and worth most. */
  readonly order: number
  readonly targets: readonly Target[]
}
