// Whose doing a detected process is: everything that a server's request, a scheduler's job or a login session started is one
// actor's, and so is a shell's one-line command. What a service or an unknown parent started is not.

import { isShell } from './boundaries.ts'
import type { GraphLink, GraphNode } from './state.ts'

interface Root {
  readonly node: GraphNode
  readonly via: GraphLink
  readonly why: string
}

const maxDepth = 32
const maxOneLiners = 4

/** From the process upwards: each is the parent of the one before. Empty when it acts for itself. */
export function rootsOf(process: GraphNode): readonly Root[] {
  const chain: Root[] = []
  let isWhole = false
  let child = process
  for (let depth = 0; depth < maxDepth; depth++) {
    isWhole = isOpened(child)
    if (isWhole) break
    const parent = child.process?.parent
    if (parent?.process === undefined) break
    const { boundary } = parent.process
    if (boundary !== undefined) {
      isWhole = boundary === 'web' || boundary === 'server' || boundary === 'cron' || boundary === 'login'
      break
    }
    const via = child.links.find(({ kind, from }) => kind === 'started' && from === parent)
    if (via === undefined) break
    chain.push({ node: parent, via, why: `it started ${child.label}, which was detected` })
    child = parent
  }
  if (isWhole) return chain
  const end = chain.findIndex(({ node }) => !isOneLiner(node))
  return chain.slice(0, Math.min(end < 0 ? chain.length : end, maxOneLiners))
}

/** The first process of a session. */
function isOpened(node: GraphNode): boolean {
  return node.links.some(({ kind, to }) => kind === 'opened' && to === node)
}

/** `sh -c COMMAND`: one text, one purpose. */
function isOneLiner(node: GraphNode): boolean {
  const facts = node.process
  if (facts === undefined || !isShell(facts.executable)) return false
  return facts.args.length <= 8 && facts.args.slice(1, 4).some((arg) => /^-\w{0,8}c$/.test(arg))
}
