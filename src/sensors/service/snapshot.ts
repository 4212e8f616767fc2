// Tables `units` and `init-scripts`: what could run as a service now, and what of it does.

import type { Snapshotter, SnapshotTable } from '../sensor.ts'
import { openManager } from './dbus/manager.ts'
import { PackageOwners } from './packages.ts'
import { RunLinks } from './run-links.ts'
import { UnitScanner } from './scan.ts'
import type { Unit } from './unit.ts'

export const snapshotServices: Snapshotter = async (root) => {
  const { units, problems } = await new UnitScanner(root).scan()
  const all = [...units.values()]
  const packages = await new PackageOwners(root).find(all.map(({ path }) => path))
  const active = await activeStates(root)
  const rows = all.map((unit) => rowOf(unit, packages.get(unit.path), active?.get(unit.name)))
  const isScript = ({ scope }: SnapshotTable['rows'][number]): boolean => scope === 'init'
  const unknown = active === undefined ? ['which units are active is not known: no systemd answers'] : []
  return [
    {
      name: 'units',
      key: ['scope', 'name'],
      rows: rows.filter((row) => !isScript(row)),
      problems: [...problems, ...unknown],
    },
    { name: 'init-scripts', key: ['name'], rows: rows.filter(isScript), problems: [] },
  ]
}

function rowOf(
  unit: Unit,
  packageName: string | undefined,
  active: string | undefined,
): SnapshotTable['rows'][number] {
  return {
    scope: unit.scope,
    name: unit.name,
    type: unit.type,
    path: unit.path,
    enabled: unit.enabled,
    active: unit.scope === 'system' || unit.scope === 'init' ? (active ?? null) : null,
    exec: unit.exec.join('\n'),
    user: unit.user ?? null,
    alias_of: unit.aliasOf ?? null,
    wanted_by: unit.wantedBy.join(' '),
    drop_ins: unit.dropIns.map(({ path, sha256 }) => `${path} ${sha256}`).join('\n'),
    sha256: unit.sha256,
    mtime: unit.mtime,
    package: packageName ?? null,
  }
}

/** By name; undefined when nobody can say. */
async function activeStates(root: string): Promise<ReadonlyMap<string, string> | undefined> {
  const silent = (): void => undefined
  const listener = { onState: silent, onReloaded: silent, onFilesChanged: silent, onEnd: silent }
  const opened = await openManager(root, listener, silent)
  if (opened !== undefined) {
    const states = new Map([...opened.manager.units].map(([name, { active }]) => [name, active]))
    opened.manager.close()
    return states
  }
  const links = RunLinks.open(root, silent)
  if (links === undefined) return undefined
  const states = new Map([...links.running].map((name) => [name, 'active']))
  links.close()
  return states
}
