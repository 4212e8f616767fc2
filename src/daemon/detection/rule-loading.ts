// The Sigma rules of the configuration, made ready. What cannot be read is told and left out.

import { readSigmaFiles } from '../../config/index.ts'
import { incidentLevels } from '../../model/index.ts'
import { chooseRules, createSigma, readRules, type Sigma } from '../../rules/sigma/index.ts'
import type { RuleSettings } from './messages.ts'

export interface LoadedRules {
  readonly sigma: Sigma
  /** Rules in use, and those that cannot run here. */
  readonly active: number
  readonly unused: number
  /** A sentence each, with the place. */
  readonly problems: readonly string[]
}

export function loadRules(settings: RuleSettings): LoadedRules {
  const { files, problems } = readSigmaFiles(settings.sigma)
  const { disable, leastLevel } = settings
  const least = incidentLevels.find((level) => level === leastLevel) ?? 'low'
  const sigma = createSigma(chooseRules(readRules(files), { disable, leastLevel: least }))
  const active = sigma.support.filter(({ on }) => on === 'events').length
  const faults = sigma.problems.filter(({ severity }) => severity === 'error')
  return {
    sigma,
    active,
    unused: sigma.support.length - active,
    problems: [
      ...problems,
      ...faults.map(
        ({ source, line, message }) => `${source}${line === undefined ? '' : `:${line}`}: ${message}`,
      ),
    ],
  }
}
