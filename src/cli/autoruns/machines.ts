// Which of the collected hives belong to one machine: SYSTEM and SOFTWARE of one folder, and the users' hives that lie nearest.

import { dirname } from 'node:path'

import type { MachineHives, UserHives } from '../../evidence/autoruns/index.ts'
import type { Hive } from '../../evidence/hive.ts'
import type { LoadedHive } from '../registry/load-hives.ts'

interface Machine {
  folder: string
  system?: Hive
  software?: Hive
  users: Map<string, { name: string; ntuser?: Hive; classes?: Hive }>
}

/** Without a machine's hive there is one machine that has the users alone. */
export function machinesOf(hives: readonly LoadedHive[]): MachineHives[] {
  const machines = new Map<string, Machine>()
  const machineAt = (folder: string): Machine => {
    const known = machines.get(folder) ?? { folder, users: new Map() }
    machines.set(folder, known)
    return known
  }
  for (const { file, hive } of hives) {
    if (hive.kind === 'SYSTEM') machineAt(dirname(file)).system ??= hive
    if (hive.kind === 'SOFTWARE') machineAt(dirname(file)).software ??= hive
  }
  const all = joined([...machines.values()])
  for (const loaded of hives) {
    if (loaded.hive.kind !== 'NTUSER' && loaded.hive.kind !== 'USRCLASS') continue
    const nearest = all.toSorted((a, b) => shared(b.folder, loaded.file) - shared(a.folder, loaded.file))[0]
    addUser(nearest ?? machineAt(''), loaded)
  }
  return (all.length > 0 ? all : [...machines.values()]).map(({ users, system, software }) => ({
    ...(system === undefined ? {} : { system }),
    ...(software === undefined ? {} : { software }),
    users: [...users.values()] satisfies UserHives[],
  }))
}

/** A SYSTEM alone and a SOFTWARE alone, collected into two folders, are one machine. */
function joined(machines: readonly Machine[]): Machine[] {
  const [first, second] = machines
  if (machines.length !== 2 || first === undefined || second === undefined) return [...machines]
  const isWhole = [first, second].some(
    ({ system, software }) => system !== undefined && software !== undefined,
  )
  const isPair =
    (first.system ?? second.system) !== undefined && (first.software ?? second.software) !== undefined
  return isWhole || !isPair ? [first, second] : [{ ...second, ...first }]
}

function shared(folder: string, file: string): number {
  let length = 0
  while (length < folder.length && folder[length] === file[length]) length += 1
  // Copies of the configuration are a machine of the past, which has no users of its own.
  return /[\\/](?:regback|repair)(?:[\\/]|$)/i.test(folder) ? -1 : length
}

function addUser({ users }: Machine, { hive, user }: LoadedHive): void {
  const part = hive.kind === 'NTUSER' ? 'ntuser' : 'classes'
  let name = user
  for (let copy = 2; users.get(name)?.[part] !== undefined; copy += 1) name = `${user} (${copy})`
  users.set(name, { ...users.get(name), name, [part]: hive })
}
