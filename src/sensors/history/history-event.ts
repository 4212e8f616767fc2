// Typed commands, and what was done to histories, as Events.

import { printable } from '../../base/text.ts'
import type { Event, ProcessInfo } from '../../model/index.ts'
import type { HistorySource, TypedCommand } from './typed.ts'

const maxCommandLength = 8192
const maxMessageLength = 1000

function commandFields(command: string, shell: string, sources: readonly HistorySource[]): object {
  return {
    command: command.slice(0, maxCommandLength),
    ...(command.length > maxCommandLength ? { command_truncated: true } : {}),
    shell,
    sources,
  }
}

/** As it was typed. */
export function typedEvent(typed: TypedCommand): Event {
  const { command, sources, process, auid, session, tty } = typed
  const isRun = sources.includes('exec')
  return {
    '@timestamp': typed.time,
    event: {
      kind: 'event',
      category: ['process'],
      type: [isRun ? 'start' : 'info'],
      action: 'command',
      dataset: 'hx.history',
      provider: sources[0] ?? 'exec',
    },
    message: printable(command.slice(0, maxMessageLength)),
    ...(process === undefined ? {} : { process }),
    user: { id: String(typed.uid) },
    hx: {
      history: commandFields(command, typed.shell, sources),
      ...(auid === undefined && session === undefined
        ? {}
        : {
            process: {
              ...(auid === undefined ? {} : { auid }),
              ...(session === undefined ? {} : { session }),
            },
          }),
      ...(tty === undefined && session === undefined
        ? {}
        : {
            login: {
              ...(tty === undefined ? {} : { tty }),
              ...(session === undefined ? {} : { session: String(session) }),
            },
          }),
    },
  }
}

export interface FileLine {
  readonly command: string
  /** Seconds since 1970, when the file says so. */
  readonly seconds: number | undefined
  /** Milliseconds since 1970. */
  readonly fileChangedMs: number
  readonly path: string
  readonly uid: number
  readonly shell: string
  readonly whileAway: boolean
}

/** As a program wrote it to its history. */
export function fileEvent(line: FileLine): Event {
  const recordedMs = (line.seconds ?? 0) * 1000
  // A time in the future, or before there were such files, is somebody's invention.
  const isRecorded = recordedMs > 0 && recordedMs <= Date.now() + 86_400_000
  return {
    '@timestamp': new Date(isRecorded ? recordedMs : line.fileChangedMs).toISOString(),
    event: {
      kind: 'event',
      category: ['process'],
      type: ['info'],
      action: 'command',
      dataset: 'hx.history',
      provider: 'file',
    },
    message: printable(line.command.slice(0, maxMessageLength)),
    user: { id: String(line.uid) },
    file: { path: line.path },
    hx: {
      history: {
        ...commandFields(line.command, line.shell, ['file']),
        // Otherwise the time is that of the last change of the file.
        time_recorded: isRecorded,
        ...(line.whileAway ? { while_away: true } : {}),
      },
    },
  }
}

export interface HistoryTampering {
  readonly action: 'history-cleared' | 'history-edited'
  /** `deleted`, `emptied`, `linked-to-null`, `replaced`, or how many entries were taken out. */
  readonly reason: string
  readonly path: string
  readonly uid: number
  readonly shell: string
  readonly atMs: number
  readonly process: ProcessInfo | undefined
  readonly whileAway: boolean
}

export function tamperingEvent(found: HistoryTampering): Event {
  const { action, reason, process } = found
  return {
    '@timestamp': new Date(found.atMs).toISOString(),
    event: {
      kind: 'alert',
      category: ['file', 'intrusion_detection'],
      type: [reason === 'deleted' ? 'deletion' : 'change'],
      action,
      dataset: 'hx.history',
      provider: process === undefined ? 'file' : 'fanotify',
      reason,
      severity: action === 'history-cleared' ? 73 : 55,
    },
    message: `${printable(found.path)} ${action === 'history-cleared' ? 'was cleared' : 'was edited'}: ${reason}`,
    ...(process === undefined ? {} : { process }),
    user: { id: String(found.uid) },
    file: { path: found.path },
    threat: { technique: { id: ['T1070.003'] } },
    hx: { history: { shell: found.shell, ...(found.whileAway ? { while_away: true } : {}) } },
  }
}
