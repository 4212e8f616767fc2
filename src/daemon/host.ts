// The half of the daemon that sees the host: pipeline of events, and the scanning thread that judges executables.

import { type Config, sigmaPathsOf } from '../config/index.ts'
import type { Incident } from '../model/index.ts'
import { isSensorId, type SensorId } from '../sensors/sensor.ts'
import { AppError, messageOf } from '../base/app-error.ts'
import type { RulesReport, RuleSettings } from './detection/messages.ts'
import type { LoadedEngine } from './load-engine.ts'
import type { SensorsReport, StoreReport } from './pipeline/messages.ts'
import { Pipeline } from './pipeline/pipeline.ts'
import { ScanPool } from './scan-pool.ts'

/** Longer than the longest scan by at most this: its thread hangs. */
const hangGraceMs = 10_000

export interface HostStatus extends SensorsReport {
  readonly store: StoreReport
  /** Undefined: nothing is concluded from events. */
  readonly rules: RulesReport | undefined
}

export interface HostOptions {
  readonly config: Config
  readonly engine: LoadedEngine
  readonly onIncidents: (incidents: readonly Incident[]) => void
  readonly onNotice: (message: string) => void
}

export interface Host {
  readonly pipeline: Pipeline
  /** The next scans use these signatures. */
  use(engine: LoadedEngine): void
  status(): Promise<HostStatus>
  stop(): Promise<void>
}

/** Throws AppError when a sensor has no such name, or the store cannot be opened. */
export async function startHost({ config, engine, onIncidents, onNotice }: HostOptions): Promise<Host> {
  const { sensors, store, outputs, scan, rules } = config
  const pool = new ScanPool({
    shared: engine.shared,
    program: engine.program,
    threads: 1,
    hangMs: scan.maxTimeMs + hangGraceMs,
    onNotice,
  })
  const never = new AbortController().signal
  const pipeline = await Pipeline.start({
    sensors: sensors.enabled.map((name) => knownSensor(name)),
    folder: store.directory,
    maxBytes: store.maxSize,
    maxAgeMs: store.maxAgeMs,
    outputs: {
      jsonl: outputs.jsonl,
      ocsf: outputs.ocsf,
      syslog: outputs.syslog,
      syslogFormat: outputs.syslogFormat,
      leastSeverity: outputs.leastSeverity,
    },
    judge: sensors.judgeExecutables
      ? (fd, path) =>
          pool.scan({ target: { kind: 'descriptor', fd }, label: path, allMatches: false, signal: never })
      : undefined,
    rules: rules.enabled ? ruleSettings(config) : undefined,
    onIncidents: (incidents) => {
      onIncidents(incidents)
    },
    onNotice,
  })
  return {
    pipeline,
    use: (next) => {
      pool.reload(next.shared)
      if (!pipeline.hasRules) return
      pipeline.askRules({ kind: 'reload', settings: ruleSettings(config) }).catch((thrown: unknown) => {
        onNotice(`the rules were not read again: ${messageOf(thrown)}`)
      })
    },
    async status() {
      const [report, stored, ruled] = await Promise.all([
        pipeline.sensorsReport(),
        pipeline.ask<StoreReport>({ kind: 'stats' }),
        pipeline.hasRules ? pipeline.askRules<RulesReport>({ kind: 'status' }) : undefined,
      ])
      return { ...report, store: stored, rules: ruled }
    },
    async stop() {
      await pool.stop()
      await pipeline.stop()
    },
  }
}

/** Folders that appear later count at a reload. */
function ruleSettings(config: Config): RuleSettings {
  const { disable, leastLevel, trustedProxies } = config.rules
  return { sigma: sigmaPathsOf(config), disable, leastLevel, trustedProxies }
}

function knownSensor(name: string): SensorId {
  if (isSensorId(name)) return name
  throw new AppError('config-invalid', `there is no sensor ${name}`, { hint: 'check [sensors] enabled' })
}
