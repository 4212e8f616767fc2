// Every option of haechi.toml: its kind, its default and what it is for. The zod schema (schema.ts), the TypeScript
// types (config.ts) and docs/reference/config.md all come from this table. It loads nothing, so that a
// run without a configuration file never pays for the validator.

import { availableParallelism } from 'node:os'

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
  /** One path; relative ones start at the configuration file's folder. */
  | { readonly kind: 'path'; readonly initial: string; readonly about: string }
  | { readonly kind: 'paths'; readonly initial: readonly string[]; readonly about: string }
  /** User names or numbers, as text inside. */
  | { readonly kind: 'users'; readonly initial: readonly string[]; readonly about: string }
  | { readonly kind: 'places'; readonly initial: readonly Place[]; readonly about: string }

export const placeKinds = ['directory', 'mount', 'filesystem'] as const

/** Something to guard: a directory with everything below it, a mount, or a whole filesystem. */
export interface Place {
  readonly path: string
  readonly kind: (typeof placeKinds)[number]
}

export interface Section {
  readonly about: string
  readonly options: Readonly<Record<string, Option>>
}

export const systemConfigFile = '/etc/haechi/haechi.toml'

const sections = {
  scan: {
    // The defaults are those of engine/limits.ts (config may not import the engine; a test compares them).
    about: 'What one scan may cost. A scan that meets a limit ends `partial`, never `clean`.',
    options: {
      max_depth: {
        kind: 'count',
        initial: 16,
        least: 1,
        most: 1000,
        about: 'Containers inside containers.',
      },
      max_members: {
        kind: 'count',
        initial: 50_000,
        least: 1,
        most: 1_000_000_000,
        about: 'Members of all containers of one scan together.',
      },
      max_bytes: {
        kind: 'size',
        initial: 2 * 1024 ** 3,
        least: 1,
        about: 'Bytes unpacked in one scan, all levels together.',
      },
      max_ratio: {
        kind: 'count',
        initial: 250,
        least: 1,
        most: 1_000_000,
        about: 'Unpacked size of one member as a multiple of its packed size.',
      },
      ratio_from_bytes: {
        kind: 'size',
        initial: 32 * 1024 ** 2,
        least: 0,
        about: 'Unpacked size below which `max_ratio` does not apply.',
      },
      max_time: {
        kind: 'duration',
        initial: 30_000,
        least: 1,
        about: 'Wall time of one scan.',
      },
      max_held_bytes: {
        kind: 'size',
        initial: 48 * 1024 ** 2,
        least: 1024 ** 2,
        about: 'Unpacked bytes held in memory at one time; beyond that they are unpacked again when needed.',
      },
      passwords: {
        kind: 'texts',
        initial: [],
        about: 'Passwords tried on encrypted members.',
      },
    },
  },
  engine: {
    about: 'What the engine looks for.',
    options: {
      hash_lists: {
        kind: 'paths',
        initial: [],
        about: 'Files of `hash[:size]:name` lines (MD5, SHA-1 or SHA-256).',
      },
      plugins: {
        kind: 'paths',
        initial: [],
        about: 'Folders with a `plugin.json`: formats and detectors of your own.',
      },
    },
  },
  gate: {
    about: 'On-access control: what `haechi guard` guards, and what it answers.',
    options: {
      instances: {
        kind: 'count',
        initial: Math.min(4, Math.max(2, availableParallelism())),
        initialText: '2 to 4, by the number of cores',
        least: 1,
        most: 64,
        about: 'Files checked at the same time.',
      },
      mode: {
        kind: 'choice',
        initial: 'open',
        choices: ['open', 'exec', 'observe'],
        about: 'Which events are held until the verdict: every open, executions only, or none (report only).',
      },
      places: {
        kind: 'places',
        initial: [],
        about: 'What is guarded: paths, or tables `{ path, kind = "directory" | "mount" | "filesystem" }`.',
      },
      extensions: {
        kind: 'texts',
        initial: [],
        about:
          'Only files with these extensions are checked; empty means all. A name says nothing about content.',
      },
      deadline: {
        kind: 'duration',
        initial: 5000,
        least: 10,
        about: 'Longest time that an opener waits for the verdict.',
      },
      on_deadline: {
        kind: 'choice',
        initial: 'allow',
        choices: ['allow', 'deny'],
        about: 'The answer when the deadline passes.',
      },
      on_partial: {
        kind: 'choice',
        initial: 'allow',
        choices: ['allow', 'deny'],
        about: 'The answer when nothing was found but something could not be read (password, limit, damage).',
      },
      on_failed: {
        kind: 'choice',
        initial: 'allow',
        choices: ['allow', 'deny'],
        about: 'The answer when the file itself could not be read.',
      },
      on_found: {
        kind: 'choice',
        initial: 'deny',
        choices: ['deny', 'quarantine', 'delete'],
        about: 'What happens to a malicious file besides being refused.',
      },
      watchdog: {
        kind: 'duration',
        initial: 5000,
        least: 500,
        about:
          'A guard that stands still for so long is killed from outside, so that the kernel frees every waiter.',
      },
      cache_entries: {
        kind: 'count',
        initial: 65_536,
        least: 0,
        most: 16_777_216,
        about: 'Verdicts remembered for unchanged files.',
      },
      sweep: {
        kind: 'boolean',
        initial: true,
        about: 'Scan what is already in the places once, in the background, after the start.',
      },
    },
  },
  'gate.exclude': {
    about: 'What the guard lets through unchecked. Each entry is a hole: keep them narrow.',
    options: {
      paths: { kind: 'texts', initial: [], about: 'Globs over absolute paths, e.g. `/var/lib/docker/**`.' },
      processes: {
        kind: 'texts',
        initial: [],
        about: 'Globs over the absolute path of the opener’s executable.',
      },
      users: { kind: 'users', initial: [], about: 'Names or numbers of users whose opens are not checked.' },
    },
  },
  quarantine: {
    about: 'Where malicious files are kept.',
    options: {
      directory: {
        kind: 'path',
        initial: '/var/lib/haechi/quarantine',
        about: 'Folder of the quarantine; made with mode 0700.',
      },
    },
  },
  daemon: {
    about: 'The running guard.',
    options: {
      socket: {
        kind: 'path',
        initial: '/run/haechi/haechi.sock',
        about: 'Unix socket that `haechi status` asks.',
      },
    },
  },
} as const satisfies Readonly<Record<string, Section>>

/** Keys, kinds and defaults as literal types. */
export type Sections = typeof sections
export type SectionName = keyof Sections
export const sectionNames = Object.keys(sections) as readonly SectionName[]

/** The sections as plain data, for code that walks them. */
export const sectionTable: Readonly<Record<SectionName, Section>> = sections
