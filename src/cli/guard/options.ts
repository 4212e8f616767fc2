// The options of `haechi guard` and `haechi start`, and how they are laid over the configuration.

import { resolve } from 'node:path'

import type { Config, Place } from '../../config/index.ts'
import { contentOptions, layContent } from '../content.ts'
import { configOption, type OptionTable, type OptionValues } from '../command.ts'

export const guardOptions = {
  instances: {
    kind: 'count',
    short: 'n',
    value: 'N',
    help: 'Files checked at the same time.',
    default: '2 to 4, by the number of cores',
  },
  mode: {
    kind: 'choice',
    choices: ['open', 'exec', 'observe'],
    default: 'open',
    help: 'What waits for a verdict: every open, executions only, or nothing (only report).',
  },
  mount: { kind: 'text', value: 'DIR', multiple: true, help: 'Guard the mount that DIR lies on.' },
  filesystem: {
    kind: 'text',
    value: 'DIR',
    multiple: true,
    help: 'Guard the whole file system that DIR lies on, in every mount namespace.',
  },
  exclude: {
    kind: 'text',
    value: 'GLOB',
    multiple: true,
    help: 'Let through without a check what matches: `/srv/cache/**` (a path) or `*.iso` (a name).',
  },
  'exclude-process': {
    kind: 'text',
    value: 'GLOB',
    multiple: true,
    help: 'Let through what a program opens, by the path of its executable.',
  },
  'exclude-user': { kind: 'text', value: 'USER', multiple: true, help: 'Let through what a user opens.' },
  extension: {
    kind: 'text',
    value: 'EXT',
    multiple: true,
    help: 'Check only files with this extension. A name says nothing about content: better not.',
  },
  deadline: { kind: 'duration', value: 'TIME', help: 'Longest time that an opener waits.', default: '5 s' },
  'on-deadline': {
    kind: 'choice',
    choices: ['allow', 'deny'],
    default: 'allow',
    help: 'The answer when the deadline passes.',
  },
  'on-partial': {
    kind: 'choice',
    choices: ['allow', 'deny'],
    default: 'allow',
    help: 'The answer when nothing was found but something could not be read.',
  },
  'on-failed': {
    kind: 'choice',
    choices: ['allow', 'deny'],
    default: 'allow',
    help: 'The answer when the file could not be read.',
  },
  'on-found': {
    kind: 'choice',
    choices: ['deny', 'cure', 'quarantine', 'delete'],
    default: 'deny',
    help: 'What happens to a malicious file besides being refused.',
  },
  watchdog: {
    kind: 'duration',
    value: 'TIME',
    help: 'The kernel ends a guard that stands still for this long, and so frees every waiter.',
    default: '5 s',
  },
  'no-sweep': { kind: 'flag', help: 'Do not scan in the background what lies in the places already.' },
  ...contentOptions,
  plugin: { kind: 'text', value: 'DIR', multiple: true, help: 'Load the plugin in this folder too.' },
  password: { kind: 'text', value: 'TEXT', multiple: true, help: 'Try this password on encrypted members.' },
  'max-time': { kind: 'duration', value: 'TIME', help: 'Longest time for one scan.', default: '30 s' },
  quarantine: {
    kind: 'text',
    value: 'DIR',
    help: 'Folder of the quarantine.',
    default: '/var/lib/haechi/quarantine',
  },
  socket: {
    kind: 'text',
    value: 'PATH',
    help: 'Socket that haechi status asks.',
    default: '/run/haechi/haechi.sock',
  },
  clamd: {
    kind: 'text',
    value: 'PATH',
    help: 'Answer clients of clamd (mail filters, clamdscan) on this unix socket.',
  },
  json: { kind: 'flag', help: 'Write one JSON object a line on standard output, and nothing else there.' },
  verbose: { kind: 'flag', short: 'v', help: 'Write every decision, not only those worth a line.' },
  ...configOption,
} as const satisfies OptionTable

/** Of `haechi up` and `haechi start`. */
export const upOptions = {
  ...guardOptions,
  store: {
    kind: 'text',
    value: 'DIR',
    help: 'Folder of the events and of the state of the sensors.',
    default: '/var/lib/haechi/host',
  },
} as const satisfies OptionTable

export type GuardValues = OptionValues<typeof guardOptions> & { readonly store?: string }

/** The configuration with what the command line says laid over it. Paths are made absolute from `from`. */
export function applyOptions(
  config: Config,
  given: GuardValues,
  places: readonly string[],
  from: string,
): Config {
  const { gate } = config
  const asked: Place[] = [
    ...places.map((path) => ({ path: resolve(from, path), kind: 'directory' as const })),
    ...(given.mount ?? []).map((path) => ({ path: resolve(from, path), kind: 'mount' as const })),
    ...(given.filesystem ?? []).map((path) => ({ path: resolve(from, path), kind: 'filesystem' as const })),
  ]
  return {
    ...config,
    scan: {
      ...config.scan,
      maxTimeMs: given['max-time'] ?? config.scan.maxTimeMs,
      passwords: [...config.scan.passwords, ...(given.password ?? [])],
    },
    store: {
      ...config.store,
      directory: given.store === undefined ? config.store.directory : resolve(from, given.store),
    },
    engine: {
      ...layContent(config.engine, given, from),
      plugins: [...config.engine.plugins, ...(given.plugin ?? []).map((path) => resolve(from, path))],
    },
    gate: {
      ...gate,
      instances: given.instances ?? gate.instances,
      mode: given.mode ?? gate.mode,
      places: asked.length > 0 ? asked : gate.places,
      extensions: [...gate.extensions, ...(given.extension ?? [])],
      deadlineMs: given.deadline ?? gate.deadlineMs,
      onDeadline: given['on-deadline'] ?? gate.onDeadline,
      onPartial: given['on-partial'] ?? gate.onPartial,
      onFailed: given['on-failed'] ?? gate.onFailed,
      onFound: given['on-found'] ?? gate.onFound,
      watchdogMs: given.watchdog ?? gate.watchdogMs,
      sweep: given['no-sweep'] === true ? false : gate.sweep,
      exclude: {
        paths: [...gate.exclude.paths, ...(given.exclude ?? [])],
        processes: [...gate.exclude.processes, ...(given['exclude-process'] ?? [])],
        users: [...gate.exclude.users, ...(given['exclude-user'] ?? [])],
      },
    },
    quarantine: { directory: resolve(from, given.quarantine ?? config.quarantine.directory) },
    daemon: { ...config.daemon, socket: resolve(from, given.socket ?? config.daemon.socket) },
    clamd: given.clamd === undefined ? config.clamd : { ...config.clamd, socket: resolve(from, given.clamd) },
  }
}
