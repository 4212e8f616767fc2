// What could be done about an incident: each with its reason, nothing that would hurt the host itself.

import type { IncidentLevel, SuggestedResponse } from '../model/index.ts'
import { isScript, isSystemProgram } from './places.ts'
import { cut } from './short-text.ts'
import { isAttacker } from './spread.ts'
import type { GraphNode, Story, StoryNode } from './state.ts'

const maxEach = 8

export function suggestionsOf(story: Story, level: IncidentLevel): readonly SuggestedResponse[] {
  if (level === 'informational' || level === 'low') return []
  const nodes = [...story.nodes.values()].filter(({ role }) => role === 'member')
  const isolate: SuggestedResponse = {
    action: 'isolate-host',
    target: '',
    why: 'The incident is critical: whoever is in must not get further.',
  }
  return [
    ...nodes
      .filter((found) => isRoot(found, story))
      .slice(0, maxEach)
      .map(kill),
    ...nodes.filter(isDropped).slice(0, maxEach).map(quarantine),
    ...(isAttacker(story) ? nodes.filter(isSource).slice(0, maxEach).map(block) : []),
    ...nodes.flatMap(({ node }) => accountOf(node)).slice(0, maxEach),
    ...(level === 'critical' ? [isolate] : []),
  ]
}

/** The uppermost member of a tree that still runs. */
function isRoot({ node }: StoryNode, story: Story): boolean {
  const { process } = node
  if (process === undefined || process.boundary !== undefined) return false
  if (node.facts['process.entity_id'] === undefined) return false
  if (
    process.parent !== undefined &&
    story.nodes.get(process.parent.id)?.role === 'member' &&
    isAlive(process.parent)
  )
    return false
  return isAlive(node)
}

function isAlive(node: GraphNode): boolean {
  return node.facts['process.end'] === undefined
}

function kill({ node, why }: StoryNode): SuggestedResponse {
  const command = cut(node.process?.commandLine ?? node.label, 120)
  return {
    action: 'kill-tree',
    target: String(node.facts['process.entity_id']),
    why: `${command} (pid ${node.process?.pid ?? 0}) still runs: ${cut(why, 160)}.`,
  }
}

/** A web shell, a malicious file, or a program that was left; not the system's own programs. */
function isDropped({ node, score }: StoryNode): boolean {
  const { file } = node
  if (file === undefined || file.isDeleted || isSystemProgram(file.path) || file.path.startsWith('/etc/'))
    return false
  if (node.facts['hx.verdict.names'] !== undefined) return true
  if (file.isWebWritten) return isScript(file.path)
  const isProgram = node.links.some(({ kind, from }) => kind === 'ran' && from === node)
  return file.createdMs !== undefined && (isProgram || score >= 40)
}

function quarantine({ node, why }: StoryNode): SuggestedResponse {
  return {
    action: 'quarantine',
    target: node.file?.path ?? '',
    why: `It belongs to the attack: ${cut(why, 200)}.`,
  }
}

function isSource({ node }: StoryNode): boolean {
  const ip = node.address?.ip
  if (ip === undefined || node.address?.isCommon === true) return false
  return !/^127\.|^::1$|^::ffff:127\./i.test(ip)
}

function block({ node, why }: StoryNode): SuggestedResponse {
  return {
    action: 'block-address',
    target: node.address?.ip ?? '',
    why: `It takes part in the attack: ${cut(why, 200)}.`,
  }
}

/** Of a session that somebody else opened. */
function accountOf(node: GraphNode): readonly SuggestedResponse[] {
  const name = node.facts['user.name']
  if (node.kind !== 'session' || typeof name !== 'string' || name === 'root') return []
  const from = node.facts['source.ip']
  return [
    {
      action: 'disable-account',
      target: name,
      why: `A session of ${name}${from === undefined ? '' : ` from ${String(from)}`} is part of the attack.`,
    },
  ]
}
