// How suspicious a macro is: from what starts it, what it does and what it hides to a score. Ordinary business macros
// (formatting, opening files, starting a viewer) stay under 60.

import type { Suspicion } from '../../detector.ts'
import { type Actions, actionsOf } from './actions.ts'
import { type AutoStart, autoStartsOf } from './auto-start.ts'
import { type CommandTraits, commandTraits, decodedTexts } from './commands.ts'
import { type Disguise, disguiseOf } from './disguise.ts'
import { fold } from './folding.ts'
import { statementsOf, type Token } from './statements.ts'

export type Judgement = Omit<Suspicion, 'offset'>

interface Traits {
  readonly starts: readonly AutoStart[]
  /** Something starts it without anybody choosing to. */
  readonly isAuto: boolean
  readonly actions: Actions
  readonly commands: CommandTraits
  readonly disguise: Disguise
}

/** Judges modules that can call each other; `others` are strings kept elsewhere (forms). Undefined: nothing to say. */
export function judgeVba(
  modules: readonly string[],
  look: () => void,
  others: readonly string[] = [],
): Judgement | undefined {
  const traits = traitsOf(modules, look, others)
  const verdict = strongest(traits)
  if (verdict === undefined) return undefined
  return {
    ...verdict,
    reasons: [...verdict.reasons, ...reasonsOf(traits)],
    techniques: techniquesOf(traits, verdict),
  }
}

function traitsOf(modules: readonly string[], look: () => void, others: readonly string[]): Traits {
  const statements: Token[][] = []
  for (const module of modules) for (const statement of statementsOf(module)) statements.push(statement)
  look()
  const folded = fold(statements, look)
  const code = statements
    .map((statement) => statement.map(codeOf).join(' ').replaceAll(' . ', '.'))
    .join('\n')
  const decoded = decodedTexts([...folded.texts, ...folded.literals, ...others])
  const commands = commandTraits([...folded.texts, ...folded.literals, ...decoded, ...others])
  const plain = commandTraits([...folded.literals, ...others])
  const hidden = [...commands.programs].filter((program) => !plain.programs.has(program))
  if (commands.programAddress !== undefined && !plain.hasAddress) hidden.push(commands.programAddress)
  const seen = { ...folded, texts: [...folded.texts, ...decoded] }
  const starts = modules.flatMap(autoStartsOf)
  return {
    starts,
    isAuto: starts.length > 0,
    actions: actionsOf(code, seen),
    commands,
    disguise: disguiseOf(code, folded, hidden),
  }
}

function codeOf({ kind, text, number }: Token): string {
  if (kind === 'number') return String(number)
  return kind === 'text' ? `"${text.toLowerCase().replaceAll(/[\n"]/g, ' ')}"` : text
}

interface Weighed {
  readonly name: string
  readonly score: number
  readonly reasons: readonly string[]
}

/** Programs that show a file or a folder to the user. */
const harmless =
  /^["']?(?:[a-z]:\\[^"]*\\|%\w+%\\(?:system32\\)?)?(?:explorer|notepad|notepad\+\+|calc|mspaint|write|wordpad|winword|excel|powerpnt|outlook|acrord32|acrobat|iexplore|chrome|msedge|firefox|osk|control|hh)(?:\.exe)?\b/i

function strongest(traits: Traits): Weighed | undefined {
  // Events of controls are what old, honest forms are full of.
  const off = traits.isAuto && !traits.starts.some(({ isCertain }) => isCertain) ? 4 : 0
  let best: Weighed | undefined
  for (const rule of rules) {
    const found = rule(traits)
    if (found === undefined || found.score - off <= (best?.score ?? 0)) continue
    best = { name: `Heuristic.Macro.${found.name}`, score: found.score - off, reasons: found.reasons }
  }
  return best
}

type Rule = (traits: Traits) => Weighed | undefined

function weighed(name: string, score: number, reason: string): Weighed {
  return { name, score, reasons: [reason] }
}

const rules: readonly Rule[] = [
  ({ actions, isAuto }) =>
    actions.injects.length === 0
      ? undefined
      : weighed('Shellcode', isAuto ? 97 : 80, 'it puts machine code into memory and has it run'),
  downloads,
  (traits) =>
    traits.actions.runs.length === 0
      ? undefined
      : weighed(traits.isAuto ? 'AutoShell' : 'Shell', runScore(traits), 'it starts programs'),
  ({ actions: { replicates }, isAuto }) =>
    replicates.length === 0
      ? undefined
      : weighed(
          'Replicates',
          (isAuto ? 86 : 50) + Math.min(8, (replicates.length - 1) * 4),
          'it writes macros into documents or lowers their protection',
        ),
  ({ actions, commands, disguise, isAuto }) =>
    !isAuto || actions.writes.length === 0 || commands.droppedFile === undefined
      ? undefined
      : weighed('Drops', disguise.signs.length > 1 ? 88 : 70, `it writes ${commands.droppedFile}`),
  hides,
]

function downloads({ actions, isAuto }: Traits): Weighed | undefined {
  if (actions.fetches.length === 0) return undefined
  if (actions.writes.length === 0 && !isWholeDownload(actions)) return undefined
  if (actions.runs.length === 0) return weighed('Download', isAuto ? 90 : 45, 'it downloads a file')
  return weighed('Download', isAuto ? 96 : 65, 'it downloads a file and starts programs')
}

function hides({ actions, commands, disguise, isAuto }: Traits): Weighed | undefined {
  const signs = disguise.signs.length
  if (isAuto && commands.programs.size > 0 && actions.runs.length === 0 && hasHidden(disguise)) {
    return weighed('Obfuscated', 85, 'it hides the names of programs that run other programs')
  }
  if (isAuto && actions.hasUnknownObject && signs > 1) {
    return weighed('Obfuscated', Math.min(90, 70 + signs * 5), 'it makes objects whose class it hides')
  }
  if (signs > 2) {
    return weighed('Obfuscated', isAuto ? Math.min(80, 45 + signs * 6) : 40, 'it does not want to be read')
  }
  if (!isAuto || commands.programs.size === 0 || actions.runs.length > 0) return undefined
  return weighed('Obfuscated', 50, 'it knows programs that run other programs')
}

/** Functions that write what they fetch by themselves. */
function isWholeDownload({ fetches }: Actions): boolean {
  return fetches.some((name) => name.startsWith('urldownloadtofile') || name.startsWith('urldownloadtocache'))
}

function hasHidden({ signs }: Disguise): boolean {
  return signs.some((sign) => sign.includes('only after strings are put together'))
}

function runScore({ starts, actions, commands, disguise }: Traits): number {
  const signs = disguise.signs.length
  const isDangerous =
    commands.programs.size > 0 || commands.programAddress !== undefined || commands.droppedFile !== undefined
  if (starts.length === 0) return isDangerous && signs > 1 ? 65 : Math.min(50, 35 + signs * 5)
  if (isDangerous) return Math.min(98, 93 + signs)
  const { commands: lines } = actions
  if (lines.length > 0 && !actions.hasUnknownCommand && lines.every((line) => harmless.test(line))) {
    return Math.min(55, 40 + signs * 5)
  }
  if (actions.hasUnknownCommand || actions.hasUnknownObject) return Math.min(95, 74 + signs * 8)
  return Math.min(88, 58 + signs * 8)
}

function reasonsOf({ starts, actions, commands, disguise }: Traits): string[] {
  const reasons: string[] = []
  const list = (names: readonly string[]): string => [...new Set(names)].slice(0, 5).join(', ')
  if (starts.length > 0) reasons.push(`it starts by itself: ${list(starts.map(({ name }) => name))}`)
  const actionLists = [
    ['programs are started through', actions.runs],
    ['it fetches through', actions.fetches],
    ['it writes files through', actions.writes],
    ['functions of the system', actions.injects],
    ['it spreads through', actions.replicates],
    ['programs in its strings', [...commands.programs]],
  ] as const
  for (const [what, names] of actionLists) if (names.length > 0) reasons.push(`${what}: ${list(names)}`)
  if (commands.programAddress !== undefined) reasons.push(`address of a program: ${commands.programAddress}`)
  return [...reasons, ...disguise.signs]
}

const programTechniques: Readonly<Record<string, string>> = {
  powershell: 'T1059.001',
  pwsh: 'T1059.001',
  cmd: 'T1059.003',
  mshta: 'T1218.005',
  rundll32: 'T1218.011',
  regsvr32: 'T1218.010',
  msiexec: 'T1218.007',
  certutil: 'T1140',
  bitsadmin: 'T1197',
  wmic: 'T1047',
  schtasks: 'T1053.005',
}

function techniquesOf({ starts, actions, commands, disguise }: Traits, { name }: Weighed): string[] {
  const techniques = ['T1059.005']
  if (starts.length > 0) techniques.push('T1204.002')
  for (const program of commands.programs) {
    const technique = programTechniques[program]
    if (technique !== undefined && !techniques.includes(technique)) techniques.push(technique)
  }
  if (disguise.signs.length > 0) techniques.push('T1027')
  if (actions.fetches.length > 0) techniques.push('T1105')
  if (actions.injects.length > 0) techniques.push('T1055', 'T1106')
  if (name.endsWith('Replicates')) techniques.push('T1137.001')
  return techniques
}
