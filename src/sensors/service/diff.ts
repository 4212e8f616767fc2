// What has become of the units between two looks at their files.

import type { EnabledState, Unit } from './unit.ts'

export type UnitAction =
  | 'unit-added'
  | 'unit-changed'
  | 'unit-removed'
  | 'unit-enabled'
  | 'unit-disabled'
  | 'unit-masked'
  | 'unit-unmasked'

export interface UnitChange {
  readonly action: UnitAction
  readonly key: string
  readonly unit: Unit
  readonly before?: Unit
  /** What differs, e.g. `exec`, `drop_ins`; only for a change. */
  readonly changed: readonly string[]
}

const compared: readonly (readonly [name: string, of: (unit: Unit) => string])[] = [
  ['path', (unit) => unit.path],
  ['sha256', (unit) => unit.sha256],
  ['exec', (unit) => unit.exec.join('\n')],
  ['user', (unit) => unit.user ?? ''],
  ['drop_ins', (unit) => unit.dropIns.map(({ path, sha256 }) => `${path} ${sha256}`).join('\n')],
]

export function diffUnits(before: ReadonlyMap<string, Unit>, after: ReadonlyMap<string, Unit>): UnitChange[] {
  const changes: UnitChange[] = []
  for (const [key, unit] of after) {
    const old = before.get(key)
    if (old === undefined) changes.push({ action: 'unit-added', key, unit, changed: [] })
    else changes.push(...changesOf(key, unit, old))
  }
  for (const [key, unit] of before)
    if (!after.has(key)) changes.push({ action: 'unit-removed', key, unit, changed: [] })
  return changes
}

function changesOf(key: string, unit: Unit, before: Unit): UnitChange[] {
  const state = stateAction(before.enabled, unit.enabled)
  const changed = compared.filter(([, of]) => of(unit) !== of(before)).map(([name]) => name)
  const changes: UnitChange[] = []
  if (state !== undefined) changes.push({ action: state, key, unit, before, changed: ['enabled'] })
  // Masking hides the file: that is no change of its own.
  const isMasking = state === 'unit-masked' || state === 'unit-unmasked'
  if (changed.length > 0 && !isMasking) changes.push({ action: 'unit-changed', key, unit, before, changed })
  return changes
}

const starting: ReadonlySet<EnabledState> = new Set(['enabled', 'enabled-runtime'])
const masked: ReadonlySet<EnabledState> = new Set(['masked', 'masked-runtime'])

function stateAction(before: EnabledState, after: EnabledState): UnitAction | undefined {
  if (before === after) return undefined
  if (masked.has(after)) return masked.has(before) ? undefined : 'unit-masked'
  if (masked.has(before)) return 'unit-unmasked'
  if (starting.has(after)) return starting.has(before) ? undefined : 'unit-enabled'
  return starting.has(before) ? 'unit-disabled' : undefined
}
