// What the readers of events share: the memory, and a few indexes that say who may have done what.

import { addressTest } from '../base/network.ts'
import { baseName, isShell } from './boundaries.ts'
import { Memory } from './memory.ts'
import type { Bounds } from './options.ts'
import type { GraphNode } from './state.ts'
import { Things } from './things.ts'
import { WebLinks } from './web-links.ts'

const maxCommands = 512
const maxJobs = 2048
const maxSessions = 1024

interface Command {
  readonly typed: string
  readonly node: GraphNode
  readonly ms: number
}

export interface World {
  readonly memory: Memory
  readonly things: Things
  readonly web: WebLinks
  readonly commands: Commands
  readonly jobs: Jobs
  readonly sessions: Sessions
}

/** The commands started last: some events do not say who did it, and the command's text does. */
class Commands {
  readonly #ring: Command[] = []
  #next = 0

  /** `typed`: what was typed into it, where that is not its own command line. */
  add(node: GraphNode, ms: number, typed = ''): void {
    this.#ring[this.#next] = { node, ms, typed }
    this.#next = (this.#next + 1) % maxCommands
  }

  /** The newest command of that time that fits; members of an incident before others. */
  find(
    ms: number,
    beforeMs: number,
    fits: (node: GraphNode, typed: string) => boolean,
  ): GraphNode | undefined {
    let best: Command | undefined
    for (const command of this.#ring) {
      if (command.ms > ms + 1000 || command.ms < ms - beforeMs || !fits(command.node, command.typed)) continue
      if (best === undefined || rank(command) > rank(best)) best = command
    }
    return best?.node
  }
}

function rank({ node, ms }: Command): number {
  return ms + (node.story === undefined ? 0 : 1e9)
}

/** Whether the command's text names the path as a whole. */
export function namesPath(node: GraphNode, path: string, typed = ''): boolean {
  const facts = node.process
  if (facts === undefined || path.length < 4) return false
  const text = typed === '' ? facts.commandLine : typed
  if (hasWord(text, path)) return true
  const slash = path.lastIndexOf('/')
  return facts.directory === path.slice(0, slash) && hasWord(text, path.slice(slash + 1))
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1]
    const after = text[at + word.length]
    if (!isOfPath(before) && !isOfPath(after)) return true
  }
  return false
}

function isOfPath(character: string | undefined): boolean {
  return character !== undefined && /[\w./-]/.test(character)
}

/** Jobs that the host will run by itself, by their command. */
class Jobs {
  readonly #byCommand = new Map<string, GraphNode>()

  add(command: string, node: GraphNode): void {
    const key = command.trim()
    if (key === '') return
    if (this.#byCommand.size >= maxJobs && !this.#byCommand.has(key)) {
      const [oldest] = this.#byCommand.keys()
      if (oldest !== undefined) this.#byCommand.delete(oldest)
    }
    this.#byCommand.set(key, node)
  }

  remove(command: string): void {
    this.#byCommand.delete(command.trim())
  }

  /** The job that a process that a scheduler started is: its shell's text, or its whole command line. */
  of(node: GraphNode): GraphNode | undefined {
    const facts = node.process
    if (facts === undefined) return undefined
    const { args } = facts
    const text =
      isShell(facts.executable) && args[1] === '-c' ? (args[2] ?? '').trim() : facts.commandLine.trim()
    return this.#byCommand.get(text)
  }
}

/** Login sessions by what processes carry of them. */
class Sessions {
  readonly #byKey = new Map<string, GraphNode>()

  add(key: string, node: GraphNode): void {
    if (this.#byKey.size >= maxSessions && !this.#byKey.has(key)) {
      const [oldest] = this.#byKey.keys()
      if (oldest !== undefined) this.#byKey.delete(oldest)
    }
    this.#byKey.set(key, node)
  }

  byKey(key: string): GraphNode | undefined {
    return this.#byKey.get(key)
  }

  /** By audit session, or by the process that let it in. */
  of(leader: GraphNode): GraphNode | undefined {
    const facts = leader.process
    if (facts === undefined) return undefined
    if (facts.session > 0) {
      const node = this.#byKey.get(String(facts.session))
      if (node !== undefined) return node
    }
    let parent = facts.parent
    for (let depth = 0; parent?.process !== undefined && depth < 4; depth++) {
      const node = this.#byKey.get(parent.id)
      if (node !== undefined) return node
      parent = parent.process.parent
    }
    return undefined
  }
}

export function createWorld(bounds: Bounds): World {
  const memory: Memory = new Memory(bounds, (node) => things.forget(node))
  const isTrusted = addressTest(bounds.trustedAddresses)
  const things = new Things(memory, addressTest([...bounds.hostAddresses, ...bounds.trustedAddresses]))
  return {
    memory,
    things,
    web: new WebLinks(memory, things, isTrusted),
    commands: new Commands(),
    jobs: new Jobs(),
    sessions: new Sessions(),
  }
}

/** A scheduler's own command text: `/usr/sbin/cron` runs `sh -c TEXT`. */
export function programName(node: GraphNode): string {
  return baseName(node.process?.executable ?? '')
}
