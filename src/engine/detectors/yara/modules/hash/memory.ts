// Results that belong to one object. Many rules ask for the same digest or the same entropy of the same object.

import type { ModuleContext } from '../module.ts'

/** What one kind of function remembers of one object before it starts anew. */
const maxRemembered = 256

/**
 * Remembers what `make` returns, by object and `key`. Gone with the object's context.
 * `make` must depend on nothing but the object and the key.
 */
export type Remember<Value> = (context: ModuleContext, key: string, make: () => Value) => Value

export function createMemory<Value>(): Remember<Value> {
  const objects = new WeakMap<ModuleContext, Map<string, Value>>()
  return (context, key, make) => {
    let known = objects.get(context)
    if (known === undefined) {
      known = new Map()
      objects.set(context, known)
    }
    const value = known.get(key)
    if (value !== undefined) return value
    const made = make()
    if (known.size >= maxRemembered) known.clear()
    known.set(key, made)
    return made
  }
}
