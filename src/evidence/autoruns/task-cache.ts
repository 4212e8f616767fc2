// Scheduled tasks as the registry has them (Vista and later): TaskCache\Tree names them, TaskCache\Tasks\{id} has path, actions and
// times. A task whose XML file was deleted is still here; one without a security descriptor is hidden from Windows' own tools.

import { filetime, guid, u16, u32 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'

const cache = 'Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'
const maxTasks = 20_000
const maxActions = 32
const maxDepth = 16

export interface RegistryTask {
  /** `\Microsoft\Windows\…\Name`. */
  readonly path: string
  readonly id: string
  /** `Author` or the principal's name. */
  readonly context: string
  readonly actions: readonly TaskAction[]
  readonly author: string
  readonly created?: string
  readonly lastRun?: string
  readonly lastStop?: string
  /** Of the key in TaskCache\Tasks. */
  readonly time: string
  /** The tree entry lacks its SD value: not shown by schtasks or the task scheduler. */
  readonly isHidden: boolean
}

export interface TaskAction {
  readonly kind: 'exec' | 'com' | 'mail' | 'message'
  readonly command: string
  readonly arguments: string
  readonly workingFolder: string
}

export function tasksIn(software: Hive): RegistryTask[] {
  const tree = software.find(`${cache}\\Tree`)
  const tasks = software.find(`${cache}\\Tasks`)
  const found: RegistryTask[] = []
  const hidden = new Map<string, boolean>()
  if (tree !== undefined) collectTree(tree, hidden, 0)
  for (const key of tasks?.subkeys().slice(0, maxTasks) ?? []) {
    found.push(taskOf(key, hidden.get(key.name.toUpperCase()) ?? false))
  }
  return found
}

/** By id: whether the entry in the tree has no security descriptor. */
function collectTree(key: HiveKey, hidden: Map<string, boolean>, depth: number): void {
  if (depth > maxDepth || hidden.size > maxTasks) return
  const id = key.value('Id')?.text() ?? ''
  if (id !== '') hidden.set(id.toUpperCase(), key.value('SD') === undefined)
  for (const child of key.subkeys()) collectTree(child, hidden, depth + 1)
}

function taskOf(key: HiveKey, isHidden: boolean): RegistryTask {
  const dynamic = key.value('DynamicInfo')?.data ?? new Uint8Array(0)
  const { context, actions } = readActions(key.value('Actions')?.data ?? new Uint8Array(0))
  const times = {
    created: filetime(dynamic, 4),
    lastRun: filetime(dynamic, 12),
    lastStop: dynamic.length >= 36 ? filetime(dynamic, 28) : undefined,
  }
  return {
    path: key.value('Path')?.text() ?? '',
    id: key.name,
    context,
    actions,
    author: key.value('Author')?.text() ?? '',
    ...(times.created === undefined ? {} : { created: times.created }),
    ...(times.lastRun === undefined ? {} : { lastRun: times.lastRun }),
    ...(times.lastStop === undefined ? {} : { lastStop: times.lastStop }),
    time: key.time,
    isHidden,
  }
}

/** The `Actions` value: version, context, then actions, each with its magic number. */
export function readActions(bytes: Uint8Array): { context: string; actions: TaskAction[] } {
  const actions: TaskAction[] = []
  const version = u16(bytes, 0)
  let at = 2
  const text = (): string => {
    const size = u32(bytes, at)
    const start = at + 4
    if (start + size > bytes.length) {
      at = bytes.length
      return ''
    }
    at = start + size
    return Buffer.from(bytes.subarray(start, at)).toString('utf16le')
  }
  const context = version >= 2 ? text() : ''
  while (at + 6 <= bytes.length && actions.length < maxActions) {
    const magic = u16(bytes, at)
    at += 2
    // The action's id; most have none.
    text()
    if (magic === 0x66_66) {
      actions.push({ kind: 'exec', command: text(), arguments: text(), workingFolder: text() })
      if (version >= 3) at += 2
    } else if (magic === 0x77_77) {
      const command = `{${guid(bytes, at).toUpperCase()}}`
      at += 16
      actions.push({ kind: 'com', command, arguments: text(), workingFolder: '' })
    } else {
      // Mail and message boxes: Windows 8 and later do not run them, and what follows cannot be told apart.
      if (magic === 0x88_88) actions.push({ kind: 'mail', command: text(), arguments: '', workingFolder: '' })
      if (magic === 0x99_99)
        actions.push({ kind: 'message', command: text(), arguments: text(), workingFolder: '' })
      break
    }
  }
  return { context, actions }
}
