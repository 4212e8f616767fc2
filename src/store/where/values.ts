// The values of a field in an event: lists count as each of their elements, objects have none of their own.

export type Value = string | number | boolean

/** How deep a list within a list is read. */
const maxDepth = 16

/** True when `test` holds for any value at the path (field names, from the outside). */
export function someValue(root: unknown, path: readonly string[], test: (value: Value) => boolean): boolean {
  return someBelow(root, path, 0, test)
}

function someBelow(
  node: unknown,
  path: readonly string[],
  depth: number,
  test: (value: Value) => boolean,
): boolean {
  if (Array.isArray(node)) {
    return depth < maxDepth && node.some((element) => someBelow(element, path, depth + 1, test))
  }
  const [name] = path
  if (name === undefined) return isValue(node) && test(node)
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return false
  return someBelow((node as Record<string, unknown>)[name], path.slice(1), depth, test)
}

/** True when there is anything at the path but null: an object or an empty list too. */
export function isThere(node: unknown, path: readonly string[], depth = 0): boolean {
  const [name] = path
  if (name === undefined) return node !== undefined && node !== null
  if (Array.isArray(node))
    return depth < maxDepth && node.some((element) => isThere(element, path, depth + 1))
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return false
  return isThere((node as Record<string, unknown>)[name], path.slice(1), depth)
}

/** True when `test` holds for any string or number of the event, but its time. */
export function someText(node: unknown, test: (text: string) => boolean): boolean {
  return someTextBelow(node, 0, test)
}

function someTextBelow(node: unknown, depth: number, test: (text: string) => boolean): boolean {
  if (typeof node === 'string') return test(node)
  if (typeof node === 'number') return test(String(node))
  if (typeof node !== 'object' || node === null || depth > maxDepth) return false
  if (Array.isArray(node)) return node.some((element) => someTextBelow(element, depth + 1, test))
  for (const [name, value] of Object.entries(node)) {
    // The number of an event in its store is no word of it.
    if ((depth === 0 && name === '@timestamp') || (depth === 1 && name === 'sequence')) continue
    if (someTextBelow(value, depth + 1, test)) return true
  }
  return false
}

function isValue(node: unknown): node is Value {
  return typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean'
}
