// haechi collect list: what would be looked for, and where.

import { givenTargets, ownTargets, type Target, type TargetList } from '../../collect/targets/index.ts'
import { liveSteps } from '../../collect/open-collection.ts'
import type { CollectStep, Profile } from '../../collect/step.ts'
import { formatSize } from '../../config/units.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { CollectValues } from './options.ts'

export async function runList(
  profile: Profile | undefined,
  given: CollectValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const isMeant = ({ profiles }: { readonly profiles: readonly Profile[] }): boolean =>
    profile === undefined || profiles.includes(profile)
  const steps = (await liveSteps()).filter(isMeant)
  const lists = [...givenTargets(given.targets ?? []), ...ownTargets('linux'), ...ownTargets('windows')]
  const kept = lists
    .map((list) => ({ ...list, targets: list.targets.filter(isMeant) }))
    .filter(({ targets }) => targets.length > 0)
  if (given.json === true) writeLines(steps, kept, terminal)
  else show(steps, kept, terminal)
  return exitCodes.clean
}

function writeLines(steps: readonly CollectStep[], lists: readonly TargetList[], terminal: Terminal): void {
  for (const { id, title, profiles } of steps)
    terminal.out(jsonLine({ type: 'collect-step', version: 1, id, title, profiles }))
  for (const { system, id: list, targets } of lists) {
    for (const target of targets) {
      const { minBytes: _, places: __, ...rest } = target
      terminal.out(
        jsonLine({ type: 'collect-target', version: 1, system, list, ...rest, places: placesOf(target) }),
      )
    }
  }
}

function show(steps: readonly CollectStep[], lists: readonly TargetList[], terminal: Terminal): void {
  terminal.out(terminal.style('bold', 'this host, while it runs'))
  for (const { id, title } of steps) terminal.out(`  ${terminal.style('cyan', id.padEnd(20))} ${title}`)
  for (const { system, id, title, targets } of lists) {
    terminal.out('')
    terminal.out(`${terminal.style('bold', `${system} ${id}`)}  ${terminal.safe(title)}`)
    for (const target of targets) {
      const most = target.maxBytes === undefined ? '' : `, up to ${formatSize(target.maxBytes)}`
      const what = target.content === 'none' ? ', without content' : most
      const techniques = target.attack.length === 0 ? '' : `  [${target.attack.join(' ')}]`
      terminal.out(
        `  ${terminal.style('cyan', target.id)} (${target.profiles.join(', ')}${what})  ${terminal.safe(target.about)}${techniques}`,
      )
      for (const place of placesOf(target)) terminal.out(`      ${terminal.safe(place)}`)
    }
  }
}

/** As they are written. */
function placesOf({ places }: Target): string[] {
  return [
    ...new Set(places.map(({ text, name }) => (name === undefined ? text : `${text} (${String(name)})`))),
  ]
}
