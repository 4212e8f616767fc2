// What a guard prints: for people one line a decision, for programs one JSON object a line.

import { decodeName, pathText } from '../../base/text.ts'
import type { DaemonStatus, Decision, GuardStatus } from '../../daemon/index.ts'
import type { Problem } from '../../engine/index.ts'
import type { DecisionLine, ReadyLine } from '../../model/output.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeProblems } from '../render/problems.ts'
import type { Style, Terminal } from '../render/terminal.ts'

/** How much a line matters, for a log that keeps levels. */
export type Level = 'warning' | 'info'

export interface GuardReport {
  readonly ready: (status: DaemonStatus, ms: number) => void
  readonly decision: (decision: Decision) => void
  readonly notice: (message: string) => void
  readonly problems: (problems: readonly Problem[]) => void
  readonly stopped: (status: GuardStatus) => void
}

/** `out` takes the lines of standard output; notices, and problems for people, go to standard error. */
export function createGuardReport(
  terminal: Terminal,
  json: boolean,
  out: (line: string, level?: Level) => void,
): GuardReport {
  return json ? jsonReport(terminal, out) : textReport(terminal, out)
}

const styleOf = {
  clean: 'green',
  found: 'red',
  partial: 'yellow',
  failed: 'yellow',
} as const satisfies Record<Decision['verdict']['status'], Style>

function textReport(terminal: Terminal, out: (line: string, level?: Level) => void): GuardReport {
  return {
    ready(status, ms) {
      const { gate, engine } = status
      const places = gate.places.map(
        ({ path, kind }) => `${pathText(path)}${kind === 'directory' ? '' : ` (${kind})`}`,
      )
      const guarding =
        places.length === 0
          ? `${terminal.style('bold', 'guarding')} nothing: no place is given`
          : `${terminal.style('bold', 'guarding')} ${terminal.safe(places.join(', '))} · mode ${status.mode} · ${gate.instances} instances`
      const signatures = engine.signatures.toLocaleString('en-US')
      out(`${guarding} · ${signatures} signatures · ready in ${Math.round(ms)} ms`)
      if (status.host !== undefined)
        out(`${terminal.style('bold', 'watching')} ${sensorsText(status.host, terminal)}`)
      if (status.unprivileged && places.length > 0) {
        out('only observing: refusing an open needs root, so files are judged after they were written')
      }
    },
    decision(decision) {
      out(decisionText(terminal, decision), decision.verdict.status === 'found' ? 'warning' : 'info')
    },
    notice(message) {
      terminal.err(`haechi: ${terminal.safe(message)}`)
    },
    problems(problems) {
      writeProblems(problems, { terminal, json: false })
    },
    stopped({ gate: { counters } }) {
      out(
        `stopped · ${counters.questions} questions, ${counters.denied} denied, ${counters.found} found, ` +
          `${counters.partial} partial, ${counters.deadlines} past the deadline`,
      )
    },
  }
}

function sensorsText({ sensors }: NonNullable<DaemonStatus['host']>, terminal: Terminal): string {
  return sensors
    .map(({ id, status, fault }) =>
      fault === undefined ? `${id} (${status?.tier ?? '?'})` : terminal.style('red', `${id} (not seen)`),
    )
    .join(', ')
}

/** Time, instance, verdict, malware, answer, process, user, path, microseconds. */
function decisionText(terminal: Terminal, decision: Decision): string {
  const { verdict } = decision
  const style = styleOf[verdict.status]
  const asked = decision.kind === 'open' || decision.kind === 'exec'
  const parts = [
    terminal.style('dim', new Date().toISOString().slice(11, 23)),
    `#${decision.instance}`,
    terminal.style(style, verdict.status.padEnd(7)),
    verdictText(decision),
    terminal.style(
      decision.decision === 'deny' ? 'red' : 'dim',
      asked ? answerText(decision) : decision.kind,
    ),
    ...(decision.pid > 0
      ? [`pid ${decision.pid} (${decision.process}: ${decision.commandLine}) user ${decision.user}`]
      : []),
    chainText(decision),
    `${decision.us} µs`,
  ]
  const { responded } = decision
  if (responded !== undefined)
    parts.push(`[${responded.response}${responded.problem === undefined ? '' : `: ${responded.problem}`}]`)
  // The styled parts are safe already; escaping them again would show their colour codes.
  return parts
    .map((part, index) => ([0, 2, 4].includes(index) ? part : terminal.safe(part)))
    .filter((part) => part !== '')
    .join('  ')
}

function answerText(decision: Decision): string {
  return decision.decision === 'deny' ? `${decision.kind} denied` : `${decision.kind} allowed`
}

function verdictText({ verdict }: Decision): string {
  const names = [...new Set(verdict.detections.map(({ name }) => name))]
  if (names.length > 0) return names.join(', ')
  return verdict.reasons
    .map(({ message }) => message)
    .slice(0, 2)
    .join('; ')
}

function chainText({ path, verdict }: Decision): string {
  const [, ...members] = verdict.detections[0]?.chain ?? verdict.reasons[0]?.chain ?? []
  return [pathText(path), ...members].join(' → ')
}

function jsonReport(terminal: Terminal, out: (line: string) => void): GuardReport {
  return {
    ready(status, ms) {
      const line: ReadyLine = {
        type: 'ready',
        version: 1,
        pid: status.pid,
        places: status.gate.places.map(({ path, kind }) => ({ path: pathText(path), kind })),
        mode: status.mode as ReadyLine['mode'],
        instances: status.gate.instances,
        engine: { ...status.engine },
        ms: Math.round(ms),
        ...(status.host === undefined
          ? {}
          : {
              sensors: status.host.sensors.map(({ id, status: state, fault }) => ({
                id,
                tier: state?.tier ?? 'none',
                ...(fault === undefined ? {} : { fault }),
              })),
            }),
      }
      out(jsonLine(line))
    },
    decision(decision) {
      const bytes = Buffer.from(decision.path, 'latin1')
      const { text, exact } = decodeName(bytes)
      const { verdict, responded } = decision
      const line: DecisionLine = {
        type: 'decision',
        version: 1,
        time: new Date().toISOString(),
        event: decision.kind,
        path: text,
        ...(exact ? {} : { path_base64: bytes.toString('base64') }),
        verdict: verdict.status,
        decision: decision.decision,
        detections: verdict.detections.map((detection) => ({ ...detection, chain: [...detection.chain] })),
        reasons: verdict.reasons.map((reason) => ({ ...reason, chain: [...reason.chain] })),
        pid: decision.pid,
        uid: decision.uid,
        user: decision.user,
        process: decision.process,
        cmdline: decision.commandLine,
        instance: decision.instance,
        us: decision.us,
        ...(responded === undefined ? {} : { response: responded.response }),
        ...(responded?.changes === undefined
          ? {}
          : {
              changes: responded.changes.map(({ kind, chain, names }) => ({
                kind,
                chain: [...chain],
                names: [...names],
              })),
            }),
      }
      out(jsonLine(line))
      if (responded?.problem !== undefined)
        terminal.err(`haechi: ${terminal.safe(`${text}: ${responded.problem}`)}`)
    },
    notice(message) {
      terminal.err(`haechi: ${terminal.safe(message)}`)
    },
    problems(problems) {
      writeProblems(problems, { terminal, json: true, out })
    },
    stopped() {
      // The end of the output says it.
    },
  }
}
