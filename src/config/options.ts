// Every option of haechi.toml: its kind, its default and what it is for. The zod schema (schema.ts), the TypeScript
// types (config.ts) and docs/reference/config.md all come from this table. It loads nothing, so that a
// run without a configuration file never pays for the validator.

import { availableParallelism, homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Section } from './option.ts'
import { collectSection } from './collect-options.ts'
import { responseSection } from './response-options.ts'

export const systemConfigFile = '/etc/haechi/haechi.toml'

/** A user's own as the XDG Base Directory Specification has it. */
function cacheFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/haechi'
  const { XDG_CACHE_HOME: named = '' } = process.env
  return join(isAbsolute(named) ? named : join(homedir(), '.cache'), 'haechi')
}

function hostFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/haechi/host'
  const { XDG_STATE_HOME: named = '' } = process.env
  return join(isAbsolute(named) ? named : join(homedir(), '.local/state'), 'haechi')
}

/** Sigma rules: the product's own, and those of the host. Neither folder has to exist. */
export const defaultSigmaPaths: readonly string[] = [
  fileURLToPath(new URL('../../content/rules', import.meta.url)),
  '/etc/haechi/rules.d',
]

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
      max_matched_bytes: {
        kind: 'size',
        initial: 256 * 1024 ** 2,
        least: 1024,
        about: 'Bytes of one object that are searched for signatures; a longer object ends `partial`.',
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
      rules: {
        kind: 'rules',
        initial: [],
        about:
          'YARA rules: files, or folders with `.yar`, `.yara`, `.rule` and `.rules` files. Each file has a namespace of its own; ' +
          '`NAMESPACE:PATH` gives one to all of them.',
      },
      databases: {
        kind: 'paths',
        initial: [],
        about: 'ClamAV databases: files such as `daily.cvd`, or folders of them.',
      },
      local: {
        kind: 'path',
        initial: '/var/lib/haechi/local',
        mayBeEmpty: true,
        about:
          'Folder of your own hashes and rules, which `haechi rules add` writes; always loaded when it exists.',
      },
      variables: {
        kind: 'texts',
        initial: [],
        about:
          'External variables of YARA rules, `"name=value"` each: a whole number, a number with a point, `true` or `false`, or a ' +
          'text (in double quotes when it looks like one of the others). `filename`, `filepath`, `extension`, `filetype` and ' +
          '`owner` are always there.',
      },
      cache: {
        kind: 'path',
        initial: cacheFolder(),
        initialText: '/var/cache/haechi for root, else haechi in the user’s cache folder',
        mayBeEmpty: true,
        about: 'Folder for compiled rules and databases, so that a start need not compile them again.',
      },
      heuristics_report_from: {
        kind: 'count',
        initial: 60,
        least: 1,
        most: 101,
        about:
          'Score (1–100) from which a heuristic finding is told: no signature names it, it was concluded from traits. 101: none.',
      },
      heuristics_act_from: {
        kind: 'count',
        initial: 90,
        least: 1,
        most: 101,
        about:
          'Score from which a heuristic finding is treated as a signature’s: the guard refuses the file, and it is quarantined, ' +
          'deleted or cured where that is asked for. Below it is only told.',
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
        choices: ['deny', 'cure', 'quarantine', 'delete'],
        about:
          'What happens to a malicious file besides being refused. `cure`: a container is rebuilt without what is malicious in it and the ' +
          'original goes into the quarantine; what cannot be cured goes there as a whole.',
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
    about: 'The running daemon: `haechi up`, or `haechi guard`.',
    options: {
      socket: {
        kind: 'path',
        initial: '/run/haechi/haechi.sock',
        about: 'Unix socket that `haechi status`, `haechi events` and the other commands ask.',
      },
      metrics_listen: {
        kind: 'text',
        initial: '',
        about:
          'Where Prometheus may fetch metrics (`GET /metrics`), e.g. `127.0.0.1:9464`; empty for nowhere. They carry counts and no events.',
      },
    },
  },
  sensors: {
    about: 'What `haechi up` sees of the host.',
    options: {
      enabled: {
        kind: 'texts',
        initial: ['process', 'network', 'files', 'login', 'history', 'service', 'schedule', 'logs'],
        about: 'Which sensors run.',
      },
      judge_executables: {
        kind: 'boolean',
        initial: true,
        about:
          'Digest (SHA-256) and verdict of every executable that is started; each file is read once until it changes.',
      },
    },
  },
  rules: {
    about: 'What `haechi up` concludes from events and logs.',
    options: {
      enabled: {
        kind: 'boolean',
        initial: true,
        about: 'Rules and incidents; without them events are only stored.',
      },
      sigma: {
        kind: 'paths',
        initial: defaultSigmaPaths,
        initialText: 'content/rules of the product, and /etc/haechi/rules.d',
        about:
          'Sigma rules: files, or folders with `.yml` and `.yaml` files; those that `haechi rules add` took in are always loaded too. ' +
          'A list of your own replaces the default.',
      },
      disable: {
        kind: 'texts',
        initial: [],
        about: 'Sigma rules and correlations that are not used, each by its id, name or title.',
      },
      least_level: {
        kind: 'choice',
        initial: 'low',
        choices: ['informational', 'low', 'medium', 'high', 'critical'],
        about: 'Sigma rules of a lower level are not used, except where a correlation refers to them.',
      },
      trusted_proxies: {
        kind: 'texts',
        initial: [],
        about:
          'Addresses and networks, such as `10.0.0.0/8`, of your own reverse proxies: the client of a request is then the address that ' +
          'they forward, where the log has it, and a proxy itself is never taken for an attacker.',
      },
    },
  },
  response: responseSection,
  collect: collectSection,
  store: {
    about: 'Where events are kept, and for how long. What comes first, size or age, ends an event.',
    options: {
      directory: {
        kind: 'path',
        initial: hostFolder(),
        initialText: '/var/lib/haechi/host for root, else haechi in the user’s state folder',
        about: 'Folder of the events and of the state of the sensors; made with mode 0700.',
      },
      max_size: {
        kind: 'size',
        initial: 2 * 1024 ** 3,
        least: 8 * 1024 ** 2,
        about: 'Size of the events on the disk; the oldest go first.',
      },
      max_age: {
        kind: 'duration',
        initial: 30 * 86_400_000,
        least: 60_000,
        about: 'Age of the oldest event.',
      },
    },
  },
  outputs: {
    about: 'Where events go besides the store, as they come.',
    options: {
      jsonl: {
        kind: 'path',
        initial: '',
        mayBeEmpty: true,
        about:
          'File of one event a line, in the names of ECS; appended to, and opened again after a rotation.',
      },
      ocsf: {
        kind: 'path',
        initial: '',
        mayBeEmpty: true,
        about: 'File of one event a line, in the classes of OCSF.',
      },
      syslog: {
        kind: 'text',
        initial: '',
        about:
          'A log server: `udp://HOST:PORT`, `tcp://HOST:PORT` or `tls://HOST:PORT` (RFC 5424, RFC 6587 octet counting, RFC 5425); empty for none.',
      },
      syslog_format: {
        kind: 'choice',
        initial: 'cef',
        choices: ['cef', 'json'],
        about: 'What a message for the log server carries.',
      },
      least_severity: {
        kind: 'count',
        initial: 1,
        least: 1,
        most: 99,
        about: 'Events below it stay in the store only.',
      },
    },
  },
  update: {
    about:
      'Where `haechi update` gets signatures and rules. A source is a table with a `name` of your choice (a-z, 0-9, _ and -) and one of ' +
      'three kinds. `clamav`: a mirror with `url`, `databases` (default `["main", "daily", "bytecode"]`) and, for a private one, `key`, a ' +
      'PEM file with its RSA public key. `archive`: `url` of a zip, tar, tar.gz or single file of rules or hash lists, with `sha256` to pin its ' +
      'content, or `signature` (URL of a detached Ed25519 signature) and `key` (PEM file) to have it signed. `folder`: a `path` on this ' +
      'host, such as an offline bundle. `insecure = true` allows http:// to other hosts than this one.',
    options: {
      sources: { kind: 'sources', initial: [], about: 'What is updated, in this order.' },
      directory: {
        kind: 'path',
        initial: '/var/lib/haechi/signatures',
        about: 'Where the content is kept: `NAME/current` leads to the current version of a source.',
      },
      keep: {
        kind: 'count',
        initial: 2,
        least: 1,
        most: 100,
        about: 'Versions of a source that stay, the current one included.',
      },
      max_bytes: {
        kind: 'size',
        initial: 1024 ** 3,
        least: 1024,
        about: 'The largest download.',
      },
      max_unpacked_bytes: {
        kind: 'size',
        initial: 2 * 1024 ** 3,
        least: 1024,
        about: 'The most that one archive, database or folder may unpack to.',
      },
      max_diffs: {
        kind: 'count',
        initial: 50,
        least: 0,
        most: 10_000,
        about: 'ClamAV versions that are made up for by diffs; beyond that the whole database is loaded.',
      },
      timeout: {
        kind: 'duration',
        initial: 30_000,
        least: 100,
        about: 'The longest time without a byte from a server.',
      },
      max_time: {
        kind: 'duration',
        initial: 30 * 60_000,
        least: 100,
        about: 'The longest time for one download.',
      },
      retries: {
        kind: 'count',
        initial: 3,
        least: 0,
        most: 20,
        about: 'How often a request that failed is repeated.',
      },
      retry_wait: {
        kind: 'duration',
        initial: 1000,
        least: 1,
        about:
          'The first pause before that; each further one is twice as long. A server’s Retry-After holds up to 60 s.',
      },
      ca_file: {
        kind: 'path',
        initial: '',
        mayBeEmpty: true,
        about: 'PEM file with certificate authorities that are trusted besides those of the runtime.',
      },
    },
  },
  clamd: {
    about:
      'The protocol of clamd (ClamAV 1.4), for mail filters, file servers and clamdscan; off unless an address is given. It knows no ' +
      'passwords: whoever can connect may scan what the guard may read, and so learn which files exist. Symbolic links are not followed ' +
      'and answered `OK`, as clamd does; a directory in which something could not be read is not `OK`, other than with clamd.',
    options: {
      socket: {
        kind: 'path',
        initial: '',
        mayBeEmpty: true,
        about:
          'Unix socket, such as `/run/haechi/clamd.sock`; only here files can be passed as open descriptors.',
      },
      socket_mode: {
        kind: 'choice',
        initial: '0660',
        choices: ['0600', '0660', '0666'],
        about: 'Who may connect to it: the owner, the group too, or everybody.',
      },
      socket_group: { kind: 'text', initial: '', about: 'Group of the socket, by name or number.' },
      tcp: {
        kind: 'text',
        initial: '',
        about: '`HOST:PORT`, or `PORT` for the loopback, such as `3310`.',
      },
      threads: {
        kind: 'count',
        initial: Math.min(4, Math.max(2, availableParallelism())),
        initialText: '2 to 4, by the number of cores',
        least: 1,
        most: 64,
        about: 'Files scanned at the same time; the threads start when they are needed.',
      },
      on_partial: {
        kind: 'choice',
        initial: 'error',
        choices: ['error', 'found', 'ok'],
        about:
          'The answer when nothing was found but something could not be read: an `ERROR` with the reason, a `FOUND` such as ' +
          '`Heuristics.Limits.Exceeded.MaxScanSize` or `Heuristics.Encrypted.Member`, or `OK`, which lets unread content pass.',
      },
      stream_max_length: {
        kind: 'size',
        initial: 100 * 1024 ** 2,
        least: 1,
        about:
          'The longest stream (INSTREAM). Short ones are held in memory, others in a nameless file in the temporary folder.',
      },
      command_read_timeout: {
        kind: 'duration',
        initial: 30_000,
        least: 100,
        about: 'How long a client may take for its first command, and for reading an answer.',
      },
      read_timeout: {
        kind: 'duration',
        initial: 120_000,
        least: 100,
        about: 'The longest pause inside of a stream, and between two commands of a session.',
      },
      max_connections: {
        kind: 'count',
        initial: 100,
        least: 1,
        most: 10_000,
        about: 'Clients served at the same time.',
      },
      max_queue: {
        kind: 'count',
        initial: 200,
        least: 0,
        most: 10_000,
        about: 'Further clients that wait for their turn; more are turned away.',
      },
      max_directory_recursion: {
        kind: 'count',
        initial: 15,
        least: 0,
        most: 1000,
        about: 'Directories inside of directories; deeper ones are answered with an `ERROR`.',
      },
      follow_symlinks: {
        kind: 'boolean',
        initial: false,
        about: 'Scan what a symbolic link leads to that the client names itself.',
      },
      allow_reload: {
        kind: 'boolean',
        initial: true,
        about: 'Let clients load the signatures again (RELOAD).',
      },
      allow_shutdown: { kind: 'boolean', initial: false, about: 'Let clients end the guard (SHUTDOWN).' },
    },
  },
} as const satisfies Readonly<Record<string, Section>>

/** Keys, kinds and defaults as literal types. */
export type Sections = typeof sections
export type SectionName = keyof Sections
export const sectionNames = Object.keys(sections) as readonly SectionName[]

/** The sections as plain data, for code that walks them. */
export const sectionTable: Readonly<Record<SectionName, Section>> = sections
