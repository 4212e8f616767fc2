// What Sigma tells of an event, as a detection.

import type { Event } from '../../model/index.ts'
import type { SigmaDetection } from '../sigma/index.ts'
import type { Found } from './detection-event.ts'

const maxTextLength = 300

export function sigmaFound(event: Event, detection: SigmaDetection): Found {
  const { ruleId, title, level, severity, techniques, correlation, author, license } = detection
  const own = event.event.sequence ?? 0
  return {
    rule: { id: ruleId, name: title, ruleset: 'sigma' },
    severity,
    techniques,
    message: `${title}: ${aboutOf(event)}`,
    detection: {
      source: 'sigma',
      level,
      of: correlation === undefined ? [own] : [...new Set([...numbersOf(correlation.hits), own])],
      ...(detection.description === undefined ? {} : { description: detection.description }),
      ...(author === undefined ? {} : { author }),
      ...(license === undefined ? {} : { license }),
      ...(detection.references.length === 0 ? {} : { references: detection.references }),
      ...(detection.falsePositives.length === 0 ? {} : { false_positives: detection.falsePositives }),
      ...(correlation === undefined ? {} : { group: correlation.group, value: correlation.value }),
    },
  }
}

function numbersOf(hits: readonly { readonly reference?: string | number }[]): number[] {
  return hits.flatMap(({ reference }) => (typeof reference === 'number' ? [reference] : []))
}

function aboutOf({ message, process, file, event }: Event): string {
  const text = process?.command_line ?? file?.path ?? message ?? event.action
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
}
