// Which hives belong to one machine: SYSTEM, SOFTWARE and SAM of one folder, and the users' hives that lie nearest.

import type { MachineHives } from '../../evidence/autoruns/index.ts'
import type { Hive } from '../../evidence/hive.ts'

export interface FoundHive {
  readonly label: string
  /** In the tree, where it lies in one. */
  readonly path?: string
  readonly hive: Hive
  readonly user: string
}

export interface Machine extends MachineHives {
  readonly sam?: Hive
  /** Labels of the files, by the kind of hive; of users `NTUSER NAME`. */
  readonly sources: ReadonlyMap<string, string>
  /** Folders of users in the tree, by name. */
  readonly homes: ReadonlyMap<string, string>
}

interface Draft {
  folder: string
  system?: Hive
  software?: Hive
  sam?: Hive
  users: Map<string, { name: string; ntuser?: Hive; classes?: Hive }>
  sources: Map<string, string>
  homes: Map<string, string>
}

const copies = /\/(?:regback|repair|systemrestore|snapshots?)(?:\/|$)/i

/** Without a machine's hive there is one machine that has the users alone. */
export function machinesOf(hives: readonly FoundHive[]): Machine[] {
  const machines = new Map<string, Draft>()
  for (const { label, hive } of hives) {
    if (hive.kind !== 'SYSTEM' && hive.kind !== 'SOFTWARE' && hive.kind !== 'SAM') continue
    const folder = folderOf(label)
    const machine: Draft = machines.get(folder) ?? {
      folder,
      users: new Map(),
      sources: new Map(),
      homes: new Map(),
    }
    machines.set(folder, machine)
    if (hive.kind === 'SYSTEM') machine.system ??= hive
    else if (hive.kind === 'SOFTWARE') machine.software ??= hive
    else machine.sam ??= hive
    if (!machine.sources.has(hive.kind)) machine.sources.set(hive.kind, label)
  }
  const all = joined([...machines.values()])
  for (const found of hives) {
    if (found.hive.kind === 'NTUSER' || found.hive.kind === 'USRCLASS') addUser(all, found)
  }
  return all.map(({ users, system, software, sam, sources, homes }) => ({
    ...(system === undefined ? {} : { system }),
    ...(software === undefined ? {} : { software }),
    ...(sam === undefined ? {} : { sam }),
    users: [...users.values()],
    sources,
    homes,
  }))
}

/** Hives that were collected each into a folder of its own, with nothing twice, are one machine. */
function joined(machines: Draft[]): Draft[] {
  const most = (part: 'system' | 'software' | 'sam'): number =>
    machines.filter((machine) => machine[part] !== undefined).length
  if (machines.length < 2 || most('system') > 1 || most('software') > 1 || most('sam') > 1) return machines
  const sources = new Map(machines.flatMap((machine) => [...machine.sources]))
  const whole: Draft = {
    folder: machines[0]?.folder ?? '',
    users: new Map(),
    sources: new Map(),
    homes: new Map(),
  }
  return [Object.assign(whole, ...machines, { sources }) as Draft]
}

function addUser(machines: Draft[], { label, path, hive, user }: FoundHive): void {
  if (machines.length === 0)
    machines.push({ folder: '', users: new Map(), sources: new Map(), homes: new Map() })
  const [nearest] = machines.toSorted((a, b) => shared(b.folder, label) - shared(a.folder, label))
  if (nearest === undefined) return
  const part = hive.kind === 'NTUSER' ? 'ntuser' : 'classes'
  let name = user
  for (let copy = 2; nearest.users.get(name)?.[part] !== undefined; copy += 1) name = `${user} (${copy})`
  nearest.users.set(name, { ...nearest.users.get(name), name, [part]: hive })
  nearest.sources.set(`${hive.kind} ${name}`, label)
  if (path !== undefined && part === 'ntuser') nearest.homes.set(name, folderOf(path))
}

function shared(folder: string, file: string): number {
  // Copies of the configuration are a machine of the past, which has no users of its own.
  if (copies.test(folder)) return -1
  let length = 0
  while (length < folder.length && folder[length] === file[length]) length += 1
  return length
}

function folderOf(label: string): string {
  return label.slice(0, Math.max(0, label.lastIndexOf('/')))
}
