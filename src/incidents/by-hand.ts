// What people do to incidents: close, reopen, merge, and cut in two.

import { AppError } from '../base/app-error.ts'
import type { Grower } from './grow.ts'
import type { Bounds } from './options.ts'
import { type GraphLink, pairOf, type Story, type StoryStep } from './state.ts'
import { addHistory, newStory } from './story.ts'

export interface ByHand {
  readonly grower: Grower
  readonly bounds: Bounds
}

export function openStory({ grower }: ByHand, id: number): Story {
  const story = grower.stories.open.get(id)
  if (story !== undefined) return story
  const closed = grower.stories.closed.get(id)
  if (closed === undefined) throw new AppError('not-found', `There is no incident ${id}.`)
  const hint = closed.into === undefined ? 'Reopen it first.' : `It was merged into incident ${closed.into}.`
  throw new AppError('usage', `Incident ${id} is ${closed.status}.`, { hint })
}

export function reopen(
  { grower }: ByHand,
  id: number,
  { why, time }: { readonly why: string; readonly time: string },
): void {
  if (grower.stories.open.has(id)) throw new AppError('usage', `Incident ${id} is open.`)
  const story = grower.stories.closed.get(id)
  if (story === undefined) throw new AppError('not-found', `There is no closed incident ${id}.`)
  if (story.status === 'merged')
    throw new AppError('usage', `Incident ${id} was merged into incident ${story.into ?? 0}.`)
  grower.stories.closed.delete(id)
  story.status = 'open'
  // Silence counts from now on, else it would be closed at once.
  story.lastMs = Math.max(story.lastMs, Date.parse(time) || 0)
  for (const { node, role } of story.nodes.values())
    if (role === 'member' && node.story === undefined) node.story = story
  addHistory(story, { time, change: 'reopened', why })
  grower.stories.open.set(id, story)
  grower.stories.changed.add(story)
}

interface Cut {
  readonly from: string
  readonly to: string
  readonly why: string
  readonly time: string
}

/** The part without the first step goes. Throws AppError `usage` when there is no such link, or others hold both together. */
export function split(hand: ByHand, id: number, cut: Cut): void {
  const { grower, bounds } = hand
  const story = openStory(hand, id)
  const pair = pairOf(cut.from, cut.to)
  const links = [...story.links].filter(([, link]) => pairOf(link.from.id, link.to.id) === pair)
  if (links.length === 0)
    throw new AppError('usage', `Incident ${id} has no link between ${cut.from} and ${cut.to}.`)
  const rest = [...story.links.values()].filter((link) => pairOf(link.from.id, link.to.id) !== pair)
  const stays = reachable(firstNode(story), rest, story)
  const goes = [cut.from, cut.to].find((end) => !stays.has(end))
  if (goes === undefined)
    throw new AppError('usage', `Other links still hold ${cut.from} and ${cut.to} together.`, {
      hint: 'Cut at a link that is the only way between the two parts.',
    })
  const part = reachable(goes, rest, story)
  const made = newStory(grower.stories.takeId(), { time: cut.time, change: 'split', why: cut.why, other: id })
  for (const [key] of links) story.links.delete(key)
  moveNodes(story, made, { part, stays })
  moveLinks(story, made, part)
  moveSteps(story, made, part)
  made.cuts.add(pair)
  story.cuts.add(pair)
  made.success = story.success
  shareRules(story, made)
  addHistory(story, { time: cut.time, change: 'split', why: cut.why, other: made.id })
  made.lastMs = story.lastMs
  grower.stories.open.set(made.id, made)
  grower.stories.changed.add(made)
  grower.stories.changed.add(story)
  grower.stories.tidy(Math.min(story.lastMs, story.lastMs + bounds.idleMs))
}

function firstNode(story: Story): string {
  const members = (id: string): boolean => story.nodes.get(id)?.role === 'member'
  for (const { nodes } of story.steps) {
    const id = nodes.find(members) ?? nodes[0]
    if (id !== undefined) return id
  }
  const [first] = story.nodes.keys()
  return first ?? ''
}

/** Through members: what is only shown holds nothing together, but stands beside. */
function reachable(start: string, links: readonly GraphLink[], story: Story): ReadonlySet<string> {
  const near = new Map<string, string[]>()
  for (const { from, to } of links) {
    for (const [one, other] of [
      [from.id, to.id],
      [to.id, from.id],
    ] as const) {
      const list = near.get(one)
      if (list === undefined) near.set(one, [other])
      else list.push(other)
    }
  }
  const found = new Set([start])
  for (const id of found) {
    if (id !== start && story.nodes.get(id)?.role === 'context') continue
    for (const other of near.get(id) ?? []) found.add(other)
  }
  return found
}

function moveNodes(
  story: Story,
  made: Story,
  { part, stays }: { readonly part: ReadonlySet<string>; readonly stays: ReadonlySet<string> },
): void {
  for (const id of part) {
    const found = story.nodes.get(id)
    if (found === undefined) continue
    made.nodes.set(id, { ...found })
    if (found.role === 'member') found.node.story = made
    if (found.role === 'member' || !stays.has(id)) story.nodes.delete(id)
  }
}

function moveLinks(story: Story, made: Story, part: ReadonlySet<string>): void {
  for (const [key, link] of story.links) {
    if (part.has(link.from.id) && part.has(link.to.id)) made.links.set(key, link)
    if (!story.nodes.has(link.from.id) || !story.nodes.has(link.to.id)) story.links.delete(key)
  }
}

function moveSteps(story: Story, made: Story, part: ReadonlySet<string>): void {
  const isMoved = (step: StoryStep): boolean => {
    const member = step.nodes.find(
      (id) => made.nodes.get(id)?.role === 'member' || story.nodes.get(id)?.role === 'member',
    )
    return part.has(member ?? step.nodes[0] ?? '')
  }
  const moved = new Set(story.steps.filter(isMoved))
  story.steps.splice(0, story.steps.length, ...story.steps.filter((step) => !moved.has(step)))
  for (const step of moved) {
    made.steps.push(step)
    made.folds.set(step.fold, step)
    made.sequences.add(step.sequence)
    made.evidenceBytes += step.bytes
    story.evidenceBytes -= step.bytes
    if (story.folds.get(step.fold) === step) story.folds.delete(step.fold)
  }
  for (const one of [story, made]) for (const step of one.steps) keepKnown(step, one)
}

function keepKnown(step: StoryStep, story: Story): void {
  const known = step.nodes.filter((id) => story.nodes.has(id))
  if (known.length < step.nodes.length) step.nodes.splice(0, step.nodes.length, ...known)
}

/** Each part keeps the rules that fired in its own steps. */
function shareRules(story: Story, made: Story): void {
  const rules = new Map(story.rules)
  for (const one of [story, made]) {
    one.rules.clear()
    one.techniques.clear()
    for (const { detections } of one.steps) {
      for (const { ruleset, rule, techniques } of detections) {
        const key = `${ruleset}\n${rule}`
        const known = rules.get(key)
        if (known !== undefined) one.rules.set(key, { ...known })
        for (const id of techniques) one.techniques.add(id)
      }
    }
    if (one.rules.size === 0) one.level = 'informational'
  }
}
