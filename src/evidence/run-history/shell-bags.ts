// ShellBags: every folder whose window a user opened, also on drives and shares that are gone. BagMRU is a tree of shell items; a
// key's time is when a child was last put in front.

import { u32 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'
import { type Activity, at } from './activity.ts'
import { joined, type ShellItem, shellItem } from './shell-item.ts'

const roots = [
  'Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU',
  'Local Settings\\Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU',
  'Software\\Microsoft\\Windows\\Shell\\BagMRU',
  'Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU',
  'Software\\Classes\\Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU',
] as const
const maxDepth = 64
const maxBags = 100_000

export function* shellBagsOf(hive: Hive, user: string): Generator<Activity> {
  const budget = { left: maxBags }
  for (const root of roots) {
    const key = hive.find(root)
    if (key !== undefined) yield* bagsBelow(key, { names: [], user, budget })
  }
}

interface Place {
  readonly names: readonly string[]
  readonly user: string
  readonly budget: { left: number }
}

function* bagsBelow(key: HiveKey, { names, user, budget }: Place): Generator<Activity> {
  if (names.length > maxDepth) return
  const order = key.value('MRUListEx')?.data ?? new Uint8Array(0)
  const first = order.length >= 4 ? String(u32(order, 0)) : ''
  const children = new Map(key.subkeys().map((child) => [child.name, child]))
  for (const { name, data } of key.values()) {
    const item = /^\d+$/.test(name) ? shellItem(data) : undefined
    if (item === undefined || budget.left <= 0) continue
    budget.left -= 1
    const path = [...names, item.name]
    const child = children.get(name)
    // Only of the child in front the key's time is known to be its own.
    const opened = name === first ? key.time : undefined
    yield {
      source: 'ShellBags',
      what: joined(path),
      ...at(opened, 'last opened'),
      user,
      key: child?.path ?? key.path,
      details: detailsOf(item, child),
    }
    if (child !== undefined) yield* bagsBelow(child, { names: path, user, budget })
  }
}

function detailsOf(item: ShellItem, child: HiveKey | undefined): Record<string, string> {
  return {
    ...(item.created === undefined ? {} : { folderCreated: item.created }),
    ...(item.modified === undefined ? {} : { folderModified: item.modified }),
    ...(item.accessed === undefined ? {} : { folderAccessed: item.accessed }),
    ...(child === undefined ? {} : { keyTime: child.time }),
  }
}
