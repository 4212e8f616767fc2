// The texts inside of a JSON value, each under its own name: judged as a whole, JSON's quotes and braces look like an attack.

import type { Parameter } from './parameters.ts'

const maxLeaves = 128
const maxDepth = 12

/** Names in brackets: `filter[user][$ne]`. Undefined when it is no JSON object or list. */
export function jsonLeaves(name: string, text: string): Parameter[] | undefined {
  if (!/^\s{0,16}[[{]/.test(text) || !/[\]}]\s{0,16}$/.test(text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not JSON: the text is judged as it stands.
    return undefined
  }
  const leaves: Parameter[] = []
  collect(leaves, name, value, 0)
  return leaves
}

function collect(leaves: Parameter[], name: string, value: unknown, depth: number): void {
  if (leaves.length >= maxLeaves || depth > maxDepth) return
  if (typeof value === 'string') leaves.push({ name, raw: value })
  if (typeof value === 'number' || typeof value === 'boolean') leaves.push({ name, raw: String(value) })
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (leaves.length >= maxLeaves) return
    const isSign = /^[$@]/.test(key)
    collect(
      leaves,
      name === '' && !isSign ? key.slice(0, 128) : `${name}[${key.slice(0, 128)}]`,
      inner,
      depth + 1,
    )
  }
}
