// What the policy says about the suggestions of an incident: which are done, which are only told, and why. Pure.

import { compileGlobs, type GlobSet } from '../base/glob.ts'
import {
  type Incident,
  type IncidentLevel,
  incidentLevels,
  type ResponseAction,
  type SuggestedResponse,
} from '../model/index.ts'
import type { Touched } from './action.ts'
import { type Network, overlaps, parseNetwork, parseNetworks } from './networks.ts'

export interface PolicyText {
  readonly mode: 'dry-run' | 'act'
  /** What is done about incidents of this level and of higher ones. */
  readonly rules: readonly { readonly level: IncidentLevel; readonly action: ResponseAction }[]
  readonly maxPerHour: number
  readonly exemptAddresses: readonly string[]
  readonly exemptAccounts: readonly string[]
  /** Globs. */
  readonly exemptPaths: readonly string[]
  readonly exemptUnits: readonly string[]
}

export interface Policy extends Omit<PolicyText, 'exemptAddresses' | 'exemptPaths'> {
  readonly exemptAddresses: readonly Network[]
  readonly exemptPaths: GlobSet
}

/** What the policy has done or told before. */
export interface Earlier {
  readonly incident: number
  readonly action: ResponseAction
  readonly target: string
  readonly kind: 'acted' | 'told'
  /** Milliseconds since 1970. */
  readonly time: number
}

export interface Decision {
  readonly action: ResponseAction
  readonly target: string
  readonly kind: 'act' | 'tell'
  /** One sentence: of the incident, and why it is only told. */
  readonly why: string
  /** Why it is only told, when it would be done otherwise. */
  readonly limit?: string
}

const hourMs = 3_600_000
/** Of one incident; an attacker may make it suggest thousands. */
const maxDecisions = 100
/** Processes whose memory a collection takes. */
const maxSuspects = 16

/** Throws AppError `config-invalid`. */
export function readPolicy(policy: PolicyText): Policy {
  return {
    ...policy,
    exemptAddresses: parseNetworks(policy.exemptAddresses, 'exempt_addresses'),
    exemptPaths: compileGlobs(policy.exemptPaths),
  }
}

/** Never twice for one target of an incident, also of one that it was merged with. */
export function decide(
  policy: Policy,
  incident: Incident,
  { earlier, now }: { readonly earlier: readonly Earlier[]; readonly now: number },
): Decision[] {
  if (incident.status !== 'open') return []
  const same = new Set([
    incident.id,
    ...incident.history.flatMap(({ change, other }) => mergedWith(change, other)),
  ])
  const before = new Map<string, Earlier['kind']>()
  for (const one of earlier) {
    if (!same.has(one.incident)) continue
    const key = keyOf(one.action, one.target)
    if (before.get(key) !== 'acted') before.set(key, one.kind)
  }
  let left =
    policy.maxPerHour - earlier.filter(({ kind, time }) => kind === 'acted' && time > now - hourMs).length
  const decisions: Decision[] = []
  for (const { action, target, why } of [...collectionOf(incident), ...incident.suggestions]) {
    if (decisions.length >= maxDecisions) break
    const key = keyOf(action, target)
    if (before.get(key) === 'acted' || !isMeant(policy, incident.level, action)) continue
    const exemption = exemptionOf(policy, touchedBy(action, target, incident))
    const limit = exemption === '' ? limitOf(policy, left) : exemption
    if (limit !== '' && before.get(key) === 'told') continue
    before.set(key, limit === '' ? 'acted' : 'told')
    if (limit === '') left -= 1
    decisions.push({
      action,
      target: targetKey(action, target),
      kind: limit === '' ? 'act' : 'tell',
      why,
      ...(limit === '' ? {} : { limit }),
    })
  }
  return decisions
}

/** Why the policy leaves this alone, as a sentence; empty when it does not. */
export function exemptionOf(policy: Policy, touched: Touched & { readonly address?: string }): string {
  const { address = '', accounts = [], paths = [], units = [] } = touched
  const network = parseNetwork(address)
  if (network !== undefined && policy.exemptAddresses.some((exempt) => overlaps(exempt, network)))
    return `${address} is in exempt_addresses`
  const account = accounts.find((name) => policy.exemptAccounts.includes(name))
  if (account !== undefined) return `${account} is in exempt_accounts`
  const path = paths.find((name) => policy.exemptPaths.matches(name))
  if (path !== undefined) return `${path} is in exempt_paths`
  const unit = units.find((name) => policy.exemptUnits.includes(name))
  return unit === undefined ? '' : `${unit} is in exempt_units`
}

/** Once for an incident, whatever processes it has by then. */
function keyOf(action: ResponseAction, target: string): string {
  return action === 'collect' ? action : `${action} ${targetKey(action, target)}`
}

/**
 * No incident suggests it, because it ends nothing; who asks for it by policy wants it before anything is ended. The processes of
 * the incident that still run are looked at closely.
 */
function collectionOf({ title, nodes }: Incident): readonly SuggestedResponse[] {
  const pids = nodes.flatMap(({ id, role, facts }) => {
    const pid = /^process:[^:]+:(\d+):/.exec(id)?.[1]
    return pid === undefined || role !== 'member' || facts['process.end'] !== undefined ? [] : [pid]
  })
  const target = [...new Set(pids)].slice(0, maxSuspects).join(',')
  return [{ action: 'collect', target, why: `Evidence of the incident: ${title.slice(0, 160)}.` }]
}

/** Addresses are compared in their one form. */
function targetKey(action: ResponseAction, target: string): string {
  return action === 'block-address' ? (parseNetwork(target)?.text ?? target) : target
}

function mergedWith(change: string, other: number | undefined): number[] {
  return change === 'merged' && other !== undefined ? [other] : []
}

function isMeant({ rules }: Policy, level: IncidentLevel, action: ResponseAction): boolean {
  const reached = incidentLevels.indexOf(level)
  return rules.some((rule) => rule.action === action && incidentLevels.indexOf(rule.level) <= reached)
}

function limitOf({ mode, maxPerHour }: Policy, left: number): string {
  if (mode === 'dry-run') return 'the policy is in dry-run mode'
  return left > 0 ? '' : `${maxPerHour} actions were done in this hour (max_actions_per_hour)`
}

/** What is known without looking at the host. */
function touchedBy(
  action: ResponseAction,
  target: string,
  incident: Incident,
): Touched & { readonly address?: string } {
  switch (action) {
    case 'block-address':
      return { address: target }
    case 'disable-account':
      return { accounts: [target] }
    case 'quarantine':
      return { paths: [target] }
    case 'kill-tree': {
      const facts = incident.nodes.find(({ id }) => id === `process:${target}`)?.facts ?? {}
      const executable = facts['process.executable']
      const account = facts['user.name']
      return {
        ...(typeof executable === 'string' ? { paths: [executable] } : {}),
        ...(typeof account === 'string' ? { accounts: [account] } : {}),
      }
    }
    case 'collect':
    case 'isolate-host':
      return {}
  }
}
