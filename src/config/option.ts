// The kinds of options of haechi.toml, and what a value of each is.

import type { IncidentLevel, ResponseAction } from '../model/index.ts'

/** What a value may be; `schema.ts` says how each is checked, `kindText` how it is documented. */
export type Option =
  | { readonly kind: 'boolean'; readonly initial: boolean; readonly about: string }
  | {
      readonly kind: 'count'
      readonly initial: number
      readonly about: string
      readonly least: number
      readonly most: number
      /** Documented instead of `initial` where that depends on the machine. */
      readonly initialText?: string
    }
  /** Bytes: a number, or text such as `2 GiB`. */
  | { readonly kind: 'size'; readonly initial: number; readonly about: string; readonly least: number }
  /** Milliseconds inside, text with a unit in the file. */
  | { readonly kind: 'duration'; readonly initial: number; readonly about: string; readonly least: number }
  | {
      readonly kind: 'choice'
      readonly initial: string
      readonly about: string
      readonly choices: readonly string[]
    }
  | { readonly kind: 'texts'; readonly initial: readonly string[]; readonly about: string }
  /** Any text, the empty one too. */
  | { readonly kind: 'text'; readonly initial: string; readonly about: string }
  /** One path; relative ones start at the configuration file's folder. */
  | {
      readonly kind: 'path'
      readonly initial: string
      readonly about: string
      /** An empty text stands for none. */
      readonly mayBeEmpty?: true
      /** Documented instead of `initial` where that depends on the machine. */
      readonly initialText?: string
    }
  | {
      readonly kind: 'paths'
      readonly initial: readonly string[]
      readonly about: string
      /** Documented instead of `initial` where that depends on the machine. */
      readonly initialText?: string
    }
  /** Paths that may have a namespace and a colon in front. */
  | { readonly kind: 'rules'; readonly initial: readonly string[]; readonly about: string }
  /** User names or numbers, as text inside. */
  | { readonly kind: 'users'; readonly initial: readonly string[]; readonly about: string }
  | { readonly kind: 'places'; readonly initial: readonly Place[]; readonly about: string }
  | { readonly kind: 'sources'; readonly initial: readonly UpdateSource[]; readonly about: string }
  | { readonly kind: 'responses'; readonly initial: readonly PolicyRule[]; readonly about: string }

export const placeKinds = ['directory', 'mount', 'filesystem'] as const

/** Something to guard: a directory with everything below it, a mount, or a whole filesystem. */
export interface Place {
  readonly path: string
  readonly kind: (typeof placeKinds)[number]
}

/** Where `haechi update` gets signatures; the folder updates/ says what each key means. */
export type UpdateSource =
  | {
      readonly kind: 'clamav'
      readonly name: string
      readonly url: string
      readonly databases: readonly string[]
      readonly key?: string
      readonly insecure: boolean
    }
  | {
      readonly kind: 'archive'
      readonly name: string
      readonly url: string
      readonly sha256?: string
      readonly signature?: string
      readonly key?: string
      readonly insecure: boolean
    }
  | { readonly kind: 'folder'; readonly name: string; readonly path: string; readonly key?: string }

/** What is done by policy about incidents of this level and of higher ones. */
export interface PolicyRule {
  readonly level: IncidentLevel
  readonly action: ResponseAction
}

export interface Section {
  readonly about: string
  readonly options: Readonly<Record<string, Option>>
}
