// Where an RTF document leads and what its objects do, read from the text that the rtf format makes of both.

import { linksTitle } from '../../parsers/rtf/index.ts'
import { hidesItsKind, isRunnable, placeOf, runsProgram } from './targets.ts'
import { factLines, type Finding, technique } from './trait.ts'

export function judgeRtfLinks(text: string): Finding[] {
  const lines = factLines(text, linksTitle)
  if (lines === undefined) return []
  return lines.flatMap(({ kind, detail, target }) => {
    switch (kind) {
      case 'template':
        return judgeTemplate(target)
      case 'field':
        return judgeField(target)
      case 'object':
        return judgeObject(detail, target)
      case 'link':
        return judgeLink(target)
      case 'package':
        return judgePackage(target)
      default:
        return []
    }
  })
}

function judgeTemplate(target: string): Finding[] {
  const place = placeOf(target)
  if (place === 'local') return []
  return [
    {
      name: 'Heuristic.Rtf.RemoteTemplate',
      score: place === 'share' ? 80 : 88,
      reason: `loads its template from ${target.slice(0, 200)}`,
      techniques: [technique.templateInjection],
    },
  ]
}

function judgeField(instruction: string): Finding[] {
  const isDde = /^DDE(?:AUTO)?\b/i.test(instruction)
  if (isDde) {
    return [
      {
        name: 'Heuristic.Rtf.Dde',
        score: runsProgram(instruction) ? 95 : 70,
        reason: `has a DDE field: ${instruction.slice(0, 200)}`,
        techniques: [technique.dynamicDataExchange],
      },
    ]
  }
  const target = /^(?:INCLUDETEXT|INCLUDE|LINK\s+\S+)\s+"?([^"\s]+)/i.exec(instruction)?.[1]
  if (target === undefined || placeOf(target.replaceAll('\\\\', '\\')) !== 'web') return []
  return [
    {
      name: 'Heuristic.Rtf.RemoteText',
      score: 75,
      reason: `takes text from ${target.slice(0, 200)}`,
      techniques: [technique.templateInjection],
    },
  ]
}

function judgeObject(traits: string, className: string): Finding[] {
  const updates = traits.includes('objupdate')
  if (updates && /^equation\./i.test(className)) {
    return [
      {
        name: 'Heuristic.Rtf.Equation',
        score: 85,
        reason: `an object of the Equation Editor (${className}) is loaded without a click`,
        techniques: [technique.exploitation],
      },
    ]
  }
  if (!/^OLE2Link$/i.test(className) || !/objautlink|objupdate/.test(traits)) return []
  return [
    {
      name: 'Heuristic.Rtf.AutoLink',
      score: updates ? 85 : 75,
      reason: 'a linked object is loaded without a click (CVE-2017-0199)',
      techniques: [technique.exploitation],
    },
  ]
}

function judgeLink(topic: string): Finding[] {
  const address = topic.slice(topic.indexOf(' ') + 1)
  const place = placeOf(address)
  if (place !== 'web' && place !== 'handler') return []
  return [
    {
      name: 'Heuristic.Rtf.AutoLink',
      score: 88,
      reason: `an object is linked to ${topic.slice(0, 200)}`,
      techniques: [technique.exploitation],
    },
  ]
}

function judgePackage(name: string): Finding[] {
  if (!isRunnable(name)) return []
  const hides = hidesItsKind(name)
  return [
    {
      name: 'Heuristic.Rtf.EmbeddedProgram',
      score: hides ? 92 : 80,
      reason: hides
        ? `holds a program that pretends to be another file: ${name}`
        : `holds a program: ${name}`,
      techniques: hides ? [technique.maliciousFile, technique.doubleExtension] : [technique.maliciousFile],
    },
  ]
}
