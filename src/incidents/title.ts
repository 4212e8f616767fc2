// One line that says what an incident is about.

import { baseName } from './boundaries.ts'
import { isScript } from './places.ts'
import { cut } from './short-text.ts'
import { isAttacker } from './spread.ts'
import type { GraphNode, Story } from './state.ts'

const maxTitle = 200

export function titleOf(story: Story): string {
  const by = byWhom(story)
  const shell = webShell(story)
  const parts = partsOf(story)
  if (shell !== undefined) return cut(`Web shell ${shell}${listed(': ', parts)}${by}`, maxTitle)
  if (!isAttacker(story)) return cut(`${attempts(story)}${by}`, maxTitle)
  if (has(story, 'caused'))
    return cut(`Commands through a web server${listed(': ', parts.slice(1))}${by}`, maxTitle)
  const name = gravestName(story)
  return cut(`${name}${about(story, name)}${listed(': ', parts)}${by}`, maxTitle)
}

function listed(before: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : before + parts.join(', ')
}

function has(story: Story, kind: string): boolean {
  for (const link of story.links.values()) if (link.kind === kind) return true
  return false
}

/** The script that the server wrote and that is asked for, as requests name it. */
function webShell(story: Story): string | undefined {
  let found: string | undefined
  for (const { kind, from, to } of story.links.values()) {
    const isLeft = to.file?.isWebWritten === true || story.nodes.get(to.id)?.role === 'member'
    if (to.file === undefined || !isLeft || !isScript(to.file.path)) continue
    if (kind === 'asked-for' && from.request !== undefined) return from.request.path
    if (kind === 'uploaded') found = to.file.path
  }
  return found
}

function partsOf(story: Story): readonly string[] {
  const parts: string[] = []
  const actions = new Set<string>()
  let isReverse = false
  for (const { event, text } of story.steps) {
    if (event !== undefined) actions.add(event.event.action)
    if (/ (?:connected|tried to connect) to /.test(text)) isReverse = true
  }
  if (has(story, 'caused')) parts.push('commands')
  if (isReverse && has(story, 'connected-to')) parts.push('reverse connection')
  if (actions.has('setuid-added') || actions.has('setgid-added') || actions.has('capability-added'))
    parts.push('set-uid program')
  if (isPersistent(story)) parts.push('persistence')
  if (actions.has('user-added')) parts.push('new account')
  if (
    [...actions].some((action) =>
      /^(?:log-(?:cleared|truncated|deleted|replaced|tampered)|history-(?:cleared|edited))$/.test(action),
    )
  )
    parts.push('wiped logs')
  return parts
}

function isPersistent(story: Story): boolean {
  for (const { node, role } of story.nodes.values()) {
    if (role === 'member' && (node.kind === 'schedule' || node.kind === 'service')) return true
    if (
      role === 'member' &&
      node.file !== undefined &&
      /\/\.ssh\/authorized_keys|\/etc\/(?:cron|systemd|init\.d|ld\.so\.preload)|\/cron\/crontabs\//.test(
        node.file.path,
      )
    )
      return true
  }
  return false
}

function byWhom(story: Story): string {
  const addresses: string[] = []
  for (const { node, role } of story.nodes.values()) {
    if (node.address === undefined || role !== 'member') continue
    if (node.links.some(({ kind, from }) => from === node && (kind === 'sent' || kind === 'opened')))
      addresses.push(node.label)
  }
  if (addresses.length === 0) {
    for (const { node } of story.nodes.values())
      if (node.address !== undefined && story.nodes.size < 4) return ` by ${node.label}`
    return ''
  }
  return ` by ${addresses.slice(0, 2).join(', ')}${addresses.length > 2 ? ` and ${addresses.length - 2} more` : ''}`
}

function attempts(story: Story): string {
  const classes = [...new Set([...story.rules.values()].map(({ webClass }) => webClass))].filter(
    (name) => name !== '',
  )
  if (classes.length === 0) return gravestName(story)
  return `Web attacks without success (${classes.slice(0, 5).join(', ')})`
}

function gravestName(story: Story): string {
  let name = ''
  let severity = -1
  for (const { detections } of story.steps) {
    for (const detection of detections) {
      if (detection.severity <= severity) continue
      severity = detection.severity
      name = detection.name
    }
  }
  return name === '' ? 'Something unusual' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

/** On what: the node with the highest score. */
function about(story: Story, name: string): string {
  let best: GraphNode | undefined
  let score = 0
  for (const { node, score: own } of story.nodes.values()) {
    if (own <= score) continue
    best = node
    score = own
  }
  if (best === undefined || best.request !== undefined) return ''
  const what =
    best.process === undefined ? best.label : best.process.name || baseName(best.process.executable)
  return what === '' || name.includes(what) ? '' : `: ${what}`
}
