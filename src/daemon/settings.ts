// From the configuration (and what the command line laid over it) to what the gate and the engine take.

import { realpathSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { type Config, contentOf, limitsOf } from '../config/index.ts'
import type { EngineOptions } from '../engine/index.ts'
import type { GateSettings, Place } from '../gate/index.ts'
import { configuredFolders } from '../updates/folders.ts'
import { userId } from './users.ts'

export function engineOptions(config: Config): EngineOptions {
  return {
    ...contentOf(config.engine),
    folders: [
      ...(config.engine.local === '' ? [] : [{ name: 'local', path: config.engine.local }]),
      ...configuredFolders(config.update),
    ],
    limits: limitsOf(config.scan),
    passwords: config.scan.passwords,
  }
}

/** Throws AppError when a place does not exist or a user is unknown. */
export function gateSettings(
  config: Config,
  { verbose, mayGuardNothing }: { verbose: boolean; mayGuardNothing: boolean },
): GateSettings {
  const { gate } = config
  if (gate.places.length === 0 && !mayGuardNothing) {
    throw new AppError('usage', 'no place to guard', {
      hint: 'name one: haechi guard /srv/www, or set [gate] places in haechi.toml',
    })
  }
  return {
    mode: gate.mode,
    places: gate.places.map((place) => resolvePlace(place)),
    instances: gate.instances,
    exclude: {
      paths: gate.exclude.paths,
      processes: gate.exclude.processes,
      uids: gate.exclude.users.map((user) => knownUser(user)),
    },
    extensions: gate.extensions.map((extension) => extension.replace(/^\./, '')),
    deadlineMs: gate.deadlineMs,
    onDeadline: gate.onDeadline,
    onPartial: gate.onPartial,
    onFailed: gate.onFailed,
    decisiveScore: config.engine.heuristicsActFrom,
    watchdogMs: gate.watchdogMs,
    cacheEntries: gate.cacheEntries,
    sweep: gate.sweep,
    verbose,
  }
}

function resolvePlace(place: { readonly path: string; readonly kind: Place['kind'] }): Place {
  try {
    return { ...place, path: realpathSync(place.path, 'latin1') }
  } catch (thrown) {
    throw new AppError('not-found', `cannot guard ${place.path}: ${messageOf(thrown)}`, {
      hint: 'a place is an existing directory',
      cause: thrown,
    })
  }
}

function knownUser(user: string): number {
  const uid = userId(user)
  if (uid === undefined) {
    throw new AppError('config-invalid', `there is no user ${user} to exclude`, {
      hint: 'check [gate.exclude] users or --exclude-user',
    })
  }
  return uid
}
