// What starts by itself: every place of the tables in the hives of one machine.

import { ansi } from '../fields.ts'
import type { Hive, HiveKey, HiveValue } from '../hive.ts'
import { classId, classOf, classServer } from './class-server.ts'
import { imageOf } from './command-line.ts'
import { explorerPlaces } from './explorer-places.ts'
import { logonPlaces } from './logon-places.ts'
import type { AutorunCategory, Place } from './place.ts'
import { systemPlaces } from './system-places.ts'
import { tasksIn } from './task-cache.ts'

/** Most keys that one place may lead to. */
const maxKeys = 50_000
const maxText = 4096

export interface UserHives {
  readonly name: string
  readonly ntuser?: Hive
  /** UsrClass.dat: what is below the user's Software\Classes. */
  readonly classes?: Hive
}

export interface MachineHives {
  readonly system?: Hive
  readonly software?: Hive
  readonly users: readonly UserHives[]
}

export interface Autorun {
  readonly category: AutorunCategory
  /** The key, as regedit shows it. */
  readonly key: string
  /** Name of the value or of the subkey. */
  readonly entry: string
  /** The data: a command line, a library, a class id. */
  readonly command: string
  /** The file that it starts, as far as the registry tells; '' where it does not. */
  readonly image: string
  /** Class id, where the entry leads to one. */
  readonly classId?: string
  /** Last write to the key. */
  readonly time: string
  readonly user?: string
  /** False: switched off by StartupApproved, msconfig or the start type. */
  readonly isEnabled: boolean
  /** As Windows itself has it. */
  readonly isUsual: boolean
  readonly technique: string
}

/** Every autostart place that is known here. */
export const autorunPlaces: readonly Place[] = [...logonPlaces, ...explorerPlaces, ...systemPlaces]

interface Anchor {
  readonly key: HiveKey
  /** In front of the path below it. */
  readonly shown: string
  readonly user?: UserHives
}

export function* autoruns(hives: MachineHives): Generator<Autorun> {
  for (const place of autorunPlaces) {
    for (const anchor of anchorsOf(place, hives)) {
      for (const { key, shown } of keysAt(anchor, place.key)) {
        for (const found of taken(key, place)) yield entryOf(found, { place, key, shown, anchor, hives })
      }
    }
  }
  yield* taskEntries(hives)
}

function anchorsOf(place: Place, hives: MachineHives): Anchor[] {
  const anchors: Anchor[] = []
  const { software, system, users } = hives
  const add = (key: HiveKey | undefined, shown: string, user?: UserHives): void => {
    if (key !== undefined) anchors.push({ key, shown, ...(user === undefined ? {} : { user }) })
  }
  for (const letter of place.from) {
    if (letter === 'M') addBoth(add, software?.root, 'HKLM\\SOFTWARE')
    if (letter === 'C') addBoth(add, software?.find('Classes'), 'HKLM\\SOFTWARE\\Classes')
    if (letter === 's') add(system?.root, 'HKLM\\SYSTEM')
    if (letter === 'S') for (const set of controlSets(system)) add(set, `HKLM\\SYSTEM\\${set.name}`)
    for (const user of users) {
      const shown = `HKU\\${user.name}`
      if (letter === 'N') add(user.ntuser?.root, shown, user)
      if (letter === 'U') addBoth(add, user.ntuser?.find('Software'), `${shown}\\Software`, user)
      if (letter !== 'C' && letter !== 'c') continue
      addBoth(add, user.classes?.root, `${shown}\\Software\\Classes`, user)
      addBoth(add, user.ntuser?.find('Software\\Classes'), `${shown}\\Software\\Classes`, user)
    }
  }
  return anchors
}

function addBoth(
  add: (key: HiveKey | undefined, shown: string, user?: UserHives) => void,
  key: HiveKey | undefined,
  shown: string,
  user?: UserHives,
): void {
  add(key, shown, user)
  add(key?.find('Wow6432Node'), `${shown}\\Wow6432Node`, user)
}

/** All of them: what an older set has may have been what ran. */
function controlSets(system: Hive | undefined): readonly HiveKey[] {
  return (
    system?.root?.subkeys().filter(({ name }) => /^(?:ControlSet\d{3}|CurrentControlSet)$/i.test(name)) ?? []
  )
}

interface Level {
  readonly key: HiveKey
  readonly shown: string
}

function* keysAt(anchor: Anchor, path: string): Generator<Level> {
  let level: Level[] = [anchor]
  for (const part of path.split('\\')) {
    const next: Level[] = []
    for (const { key, shown } of level) {
      for (const child of childrenAt(key, part)) next.push({ key: child, shown: `${shown}\\${child.name}` })
      if (next.length > maxKeys) break
    }
    level = next
  }
  yield* level
}

function childrenAt(key: HiveKey, part: string): readonly HiveKey[] {
  if (part === '<any>') return key.subkeys()
  const child = key.find(part)
  return child === undefined ? [] : [child]
}

interface Found {
  readonly entry: string
  readonly text: string
  /** The key of the entry, where it has one of its own. */
  readonly key?: HiveKey
}

function taken(key: HiveKey, { take }: Place): Found[] {
  switch (take.how) {
    case 'values': {
      const found = key.values().flatMap((value) => textsOf(value))
      return found.filter(({ entry }) => take.except?.includes(entry) !== true)
    }
    case 'value-names':
      return key
        .values()
        .filter(({ name }) => (take.of === 'classes' ? classId.test(name) : name !== ''))
        .map(({ name }) => ({ entry: name, text: name }))
    case 'named':
      return key
        .values()
        .filter(({ name }) => take.names.some((wanted) => matches(wanted, name)))
        .flatMap((value) => textsOf(value, take.split))
    case 'classes':
      return key.subkeys().map((sub) => ({ entry: sub.name, text: classText(sub), key: sub }))
    case 'packed-path':
      return key
        .values()
        .filter(({ name }) => take.names.some((wanted) => matches(wanted, name)))
        .map((value) => ({ entry: value.name, text: ansi(value.data, 0, 260) }))
  }
}

function matches(wanted: string, name: string): boolean {
  const [a, b] = [wanted.toLowerCase(), name.toLowerCase()]
  if (a.startsWith('*')) return b.endsWith(a.slice(1))
  return a.endsWith('*') ? b.startsWith(a.slice(0, -1)) : a === b
}

function textsOf(value: HiveValue, split?: RegExp): Found[] {
  const texts = value.strings()
  const all = split === undefined ? texts : texts.flatMap((text) => text.slice(0, maxText).split(split))
  return all
    .filter((text) => text.trim() !== '')
    .map((text) => ({ entry: value.name, text: text.slice(0, maxText) }))
}

/** A class id in the default value, else the name itself. */
function classText(key: HiveKey): string {
  const text = key.value('')?.text().trim() ?? ''
  if (classId.test(text)) return text
  return classId.test(key.name) || text === '' ? key.name : text
}

interface Where {
  readonly place: Place
  readonly key: HiveKey
  readonly shown: string
  readonly anchor: Anchor
  readonly hives: MachineHives
}

function entryOf(found: Found, { place, key, shown, anchor, hives }: Where): Autorun {
  const { user } = anchor
  const roots = classRoots(hives, user)
  const named = classId.test(found.text.trim()) ? found.text.trim() : undefined
  const id = named ?? (place.take.how === 'classes' ? classOf(roots, found.text.trim()) : undefined)
  const server = id === undefined ? undefined : classServer(roots, id)
  return {
    category: place.category,
    key: found.key === undefined ? shown : `${shown}\\${found.key.name}`,
    entry: found.entry === '' ? '(Default)' : found.entry,
    command: found.text,
    image: isFolder(place) ? '' : imageOf(id === undefined ? found.text : (server?.server ?? '')),
    ...(id === undefined ? {} : { classId: id }),
    time: (found.key ?? key).time,
    ...(user === undefined ? {} : { user: user.name }),
    isEnabled: isEnabled(found.entry, key, { hives, user }),
    isUsual: place.usual?.includes(found.text.trim().toLowerCase()) === true,
    technique: place.technique,
  }
}

function isFolder({ take }: Place): boolean {
  return take.how === 'named' && take.isFolder === true
}

/** Users' classes first: of the entry's user alone, or, for the machine's entries, none. */
function classRoots(hives: MachineHives, user: UserHives | undefined): HiveKey[] {
  const roots = [
    user?.classes?.root,
    user?.ntuser?.find('Software\\Classes'),
    hives.software?.find('Classes'),
  ]
  return roots.filter((root) => root !== undefined)
}

const approved = 'Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved'

/** Task Manager's switch: the lowest bit of the first byte is set while an entry is off. */
function isEnabled(
  entry: string,
  key: HiveKey,
  { hives, user }: { hives: MachineHives; user: UserHives | undefined },
): boolean {
  if (/\\MSConfig\\/i.test(key.path)) return false
  if (!/\\CurrentVersion\\Run$/i.test(key.path)) return true
  const list = /\\Wow6432Node\\/i.test(key.path) ? 'Run32' : 'Run'
  const switches =
    user === undefined
      ? hives.software?.find(`${approved}\\${list}`)
      : user.ntuser?.find(`Software\\${approved}\\${list}`)
  const [state = 0] = switches?.value(entry)?.data ?? []
  return (state & 1) === 0
}

function* taskEntries({ software }: MachineHives): Generator<Autorun> {
  if (software === undefined) return
  const shown = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks'
  const roots = [software.find('Classes')].filter((root) => root !== undefined)
  for (const task of tasksIn(software)) {
    for (const { kind, command, arguments: argument } of task.actions) {
      const server = kind === 'com' ? (classServer(roots, command)?.server ?? '') : command
      yield {
        category: 'Scheduled Tasks',
        key: `${shown}\\${task.id}`,
        entry: task.path,
        command: argument === '' ? command : `${command} ${argument}`,
        image: imageOf(server),
        ...(kind === 'com' ? { classId: command } : {}),
        time: task.time,
        isEnabled: true,
        isUsual: false,
        technique: task.isHidden ? 'T1564' : 'T1053.005',
      }
    }
  }
}
