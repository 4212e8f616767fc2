// Changes of units, and their starts and stops, as Events.

import { printable } from '../../base/text.ts'
import type { Event, EventType, ProcessInfo } from '../../model/index.ts'
import type { UnitAction, UnitChange } from './diff.ts'
import type { UnitStatus } from './dbus/manager.ts'
import type { Unit } from './unit.ts'

export interface UnitChangeContext {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly whileAway: boolean
  readonly process: ProcessInfo | undefined
  readonly packageName: string | undefined
}

const types: Readonly<Record<UnitAction, EventType>> = {
  'unit-added': 'creation',
  'unit-changed': 'change',
  'unit-removed': 'deletion',
  'unit-enabled': 'change',
  'unit-disabled': 'change',
  'unit-masked': 'change',
  'unit-unmasked': 'change',
}

/** A change of the files of a unit. */
export function unitEvent(change: UnitChange, context: UnitChangeContext): Event {
  const { action, unit, before, changed } = change
  const { atMs, whileAway, process, packageName } = context
  return {
    '@timestamp': new Date(atMs).toISOString(),
    event: {
      kind: 'event',
      category: ['configuration'],
      type: [types[action]],
      action,
      dataset: 'hx.service',
      provider: providerOf(context),
    },
    message: messageFor(change),
    ...(process === undefined ? {} : { process }),
    file: {
      path: unit.path,
      ...(unit.mtime === '' ? {} : { mtime: unit.mtime }),
      ...(unit.sha256 === '' ? {} : { hash: { sha256: unit.sha256 } }),
    },
    service: { name: unit.name, type: unit.type },
    hx: {
      service: {
        ...fieldsOf(unit),
        ...(changed.length === 0 ? {} : { changed }),
        ...(before === undefined ? {} : { before: fieldsOf(before) }),
        ...(packageName === undefined ? {} : { package: packageName }),
        ...(whileAway ? { while_away: true } : {}),
      },
    },
  }
}

function providerOf({ whileAway, process }: UnitChangeContext): string {
  if (whileAway) return 'baseline'
  return process === undefined ? 'inotify' : 'fanotify'
}

function messageFor({ action, unit, changed }: UnitChange): string {
  const verb = action.slice('unit-'.length)
  const what = action === 'unit-changed' ? ` (${changed.join(', ')})` : ''
  const exec = unit.exec[0] === undefined ? '' : `: ${printable(unit.exec[0]).slice(0, 200)}`
  return `${unit.type} ${printable(unit.name)} ${verb}${what}${exec}`
}

function fieldsOf(unit: Unit): Readonly<Record<string, unknown>> {
  return {
    scope: unit.scope,
    enabled: unit.enabled,
    exec: unit.exec,
    ...(unit.execTruncated ? { exec_truncated: true } : {}),
    ...(unit.user === undefined ? {} : { user: unit.user }),
    ...(unit.aliasOf === undefined ? {} : { alias_of: unit.aliasOf }),
    ...(unit.dropIns.length === 0 ? {} : { drop_ins: unit.dropIns }),
    ...(unit.wantedBy.length === 0 ? {} : { wanted_by: unit.wantedBy }),
  }
}

export type RunAction = 'unit-started' | 'unit-stopped' | 'unit-failed' | 'unit-reloaded'

export interface RunFact {
  readonly action: RunAction
  readonly name: string
  readonly provider: 'dbus' | 'run-units' | 'openrc'
  readonly status: UnitStatus | undefined
  /** The unit's files, when they are known. */
  readonly unit: Unit | undefined
  /** Its main process. */
  readonly process: ProcessInfo | undefined
}

const runTypes: Readonly<Record<RunAction, EventType>> = {
  'unit-started': 'start',
  'unit-stopped': 'end',
  'unit-failed': 'end',
  'unit-reloaded': 'change',
}

const runStates: Readonly<Record<RunAction, string>> = {
  'unit-started': 'active',
  'unit-stopped': 'inactive',
  'unit-failed': 'failed',
  'unit-reloaded': 'reloading',
}

/** A start, stop, failure or reload. */
export function runEvent({ action, name, provider, status, unit, process }: RunFact): Event {
  const result = status?.result ?? ''
  const hasResult = result !== '' && result !== 'success' && action !== 'unit-started'
  return {
    '@timestamp': timeOf(status),
    event: {
      kind: 'event',
      category: ['process'],
      type: [runTypes[action]],
      action,
      dataset: 'hx.service',
      provider,
      outcome: action === 'unit-failed' ? 'failure' : 'success',
      ...(hasResult ? { reason: result } : {}),
    },
    message: `${printable(name)} ${action.slice('unit-'.length)}${hasResult ? ` (${printable(result)})` : ''}`,
    ...(process === undefined ? {} : { process }),
    ...(unit === undefined ? {} : { file: { path: unit.path } }),
    service: {
      name,
      type: unit?.type ?? name.slice(name.lastIndexOf('.') + 1),
      state: status?.active ?? runStates[action],
    },
    hx: {
      service: {
        scope: unit?.scope ?? 'system',
        ...(status === undefined || status.sub === '' ? {} : { sub_state: status.sub }),
        ...(unit === undefined || unit.exec.length === 0 ? {} : { exec: unit.exec }),
      },
    },
  }
}

/** systemd's own time when it is a credible one: microseconds, and not of another change long ago. */
function timeOf(status: UnitStatus | undefined): string {
  const now = Date.now()
  const us = status?.changedUs ?? 0
  if (!Number.isSafeInteger(us) || Math.abs(now - us / 1000) > 60_000) return new Date(now).toISOString()
  const seconds = new Date(Math.floor(us / 1000)).toISOString().slice(0, 20)
  return `${seconds}${String(us % 1_000_000).padStart(6, '0')}Z`
}

/** systemd has read its unit files anew. */
export function reloadedEvent(): Event {
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['configuration'],
      type: ['change'],
      action: 'manager-reloaded',
      dataset: 'hx.service',
      provider: 'dbus',
    },
    message: 'systemd has read its unit files anew',
    service: { name: 'systemd', type: 'manager' },
  }
}
