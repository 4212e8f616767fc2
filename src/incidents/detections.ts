// What fired on an event: rules' detections, the engine's verdict, and alerts of the sensors themselves, in one form.

import type { Event, StepDetection } from '../model/index.ts'
import { cut } from './short-text.ts'

export interface Found {
  readonly detection: StepDetection
  /** Of a web attack; empty for others. */
  readonly webClass: string
  /** 0 to 100. */
  readonly confidence: number
  /** 0: refused or nothing says so; 1: possible; 2: likely; 3: confirmed. */
  readonly success: number
  /** It was tried, and nothing says that it worked. */
  readonly isNoise: boolean
}

const successOf: Readonly<Record<string, number>> = { possible: 1, likely: 2, confirmed: 3 }
const byLevel: Readonly<Record<string, number>> = {
  informational: 5,
  low: 25,
  medium: 50,
  high: 70,
  critical: 90,
}
const maxTechniques = 16
const maxFound = 32

export function foundIn(event: Event, detections: readonly Event[]): readonly Found[] {
  const found = detections.slice(0, maxFound).map((detection) => ofRule(detection, isFailedLogin(event)))
  if (event.event.kind === 'alert' && event.event.dataset !== 'hx.detection') found.push(ofAlert(event))
  return found
}

function ofRule(event: Event, isRefused: boolean): Found {
  const web = event.hx?.web
  const about = event.hx?.detection
  const success = web === undefined ? 0 : (successOf[web.outcome] ?? 0)
  const name = event.rule?.name ?? event.rule?.id ?? 'a rule'
  return {
    detection: {
      rule: cut(event.rule?.id ?? name, 200),
      name: cut(name, 200),
      ruleset: about?.source ?? 'sigma',
      severity: grade(event.event.severity ?? byLevel[about?.level ?? '']),
      techniques: techniquesOf(event),
      ...whyOf(web === undefined ? about?.description : web.why),
    },
    ...(web === undefined ? notWeb : { webClass: web.class, confidence: web.confidence }),
    success,
    isNoise: web === undefined ? isRefused : success === 0,
  }
}

const notWeb = { webClass: '', confidence: 0 }

/** Guessing that did not get in yet. */
function isFailedLogin({ event }: Event): boolean {
  if (event.dataset !== 'hx.login') return false
  return event.action === 'logon-failed' || (event.action === 'logon' && event.outcome === 'failure')
}

function ofAlert(event: Event): Found {
  const isVerdict = event.event.dataset === 'hx.verdict'
  return {
    detection: {
      rule: cut(event.rule?.id ?? event.rule?.name ?? event.event.action, 200),
      name: cut(event.rule?.name ?? event.event.action.replaceAll('-', ' '), 200),
      ruleset: isVerdict ? 'engine' : event.event.dataset.replace('hx.', ''),
      severity: grade(event.event.severity ?? 50),
      techniques: techniquesOf(event),
      ...whyOf(event.event.reason),
    },
    webClass: '',
    confidence: 0,
    success: 0,
    isNoise: false,
  }
}

function whyOf(why: string | undefined): { readonly why?: string } {
  return why === undefined || why === '' ? {} : { why: cut(why, 300) }
}

function grade(severity: number | undefined): number {
  if (severity === undefined || !Number.isFinite(severity)) return 50
  return Math.min(99, Math.max(1, Math.round(severity)))
}

function techniquesOf({ threat }: Event): readonly string[] {
  const ids = threat?.technique?.id
  return Array.isArray(ids) ? ids.slice(0, maxTechniques).map((id) => cut(String(id), 16)) : []
}

export function gravest(found: readonly Found[]): number {
  let severity = 0
  for (const { detection } of found) severity = Math.max(severity, detection.severity)
  return severity
}
