// What a PDF does when it is opened, read from the text that the pdf format makes of its actions.

import { actionsTitle } from '../../parsers/pdf/index.ts'
import { isRunnable, placeOf, runsProgram } from './targets.ts'
import { factLines, type Finding, technique } from './trait.ts'

const scriptNames: ReadonlySet<string> = new Set(['JS', 'JavaScript', 'OpenAction', 'Launch', 'AA'])
const sending: ReadonlySet<string> = new Set(['SubmitForm', 'GoToR', 'GoToE', 'ImportData'])

export function judgePdfActions(text: string): Finding[] {
  const lines = factLines(text, actionsTitle)
  if (lines === undefined) return []
  const findings: Finding[] = []
  const automatic = lines.find(
    ({ kind, detail }) => detail !== '' && (kind === 'JavaScript' || kind === 'Launch'),
  )
  for (const { kind, detail, target } of lines) {
    if (kind === 'Launch') findings.push(...judgeLaunch(detail, target))
    else if (sending.has(kind) && detail !== '') findings.push(...judgeSending(kind, detail, target))
    else if (kind === 'EscapedName' && scriptNames.has(target)) {
      findings.push({
        name: 'Heuristic.Pdf.DisguisedName',
        score: automatic === undefined ? 70 : 85,
        reason: `the name /${target} is written with escapes, which hides it from simple searches`,
        techniques: [technique.obfuscated, technique.maliciousFile],
      })
    } else if (kind === 'EmbeddedFile' && isRunnable(target)) {
      findings.push({
        name: 'Heuristic.Pdf.EmbeddedProgram',
        score: automatic === undefined ? 65 : 90,
        reason:
          automatic === undefined
            ? `has a file that runs when it is opened: ${target}`
            : `has a file that runs when it is opened, ${target}, and ${automatic.kind} that starts by itself (${automatic.detail})`,
        techniques: [technique.maliciousFile],
      })
    }
  }
  return findings
}

function judgeLaunch(trigger: string, target: string): Finding[] {
  const when = trigger === '' ? 'on a click' : `by itself (${trigger})`
  const isProgram = runsProgram(target) || isRunnable(target)
  const isRemote = placeOf(target) !== 'local'
  if (!isProgram && !isRemote && trigger === '') return []
  return [
    {
      name: 'Heuristic.Pdf.Launch',
      score: launchScore(isProgram, isRemote, trigger !== ''),
      reason: `starts ${isProgram ? 'a program' : 'a file'} ${when}: ${target.slice(0, 200)}`,
      techniques: [technique.maliciousFile, technique.commandShell],
    },
  ]
}

function launchScore(isProgram: boolean, isRemote: boolean, isAutomatic: boolean): number {
  if (isProgram) return isAutomatic ? 95 : 90
  if (isRemote) return isAutomatic ? 85 : 50
  return 65
}

function judgeSending(kind: string, trigger: string, target: string): Finding[] {
  const place = placeOf(target)
  if (place === 'local') return []
  return [
    {
      name: `Heuristic.Pdf.${kind}`,
      score: place === 'web' ? 70 : 88,
      reason: `${kind} by itself (${trigger}) to ${target.slice(0, 200)}`,
      techniques: [technique.forcedAuthentication],
    },
  ]
}
