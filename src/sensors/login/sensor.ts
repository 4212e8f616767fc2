// The login sensor: brings together what audit, the logs and the binary login records say of each login, logout, failure,
// su, sudo and change of accounts, and tells each once.

import type { Event, ProcessInfo } from '../../model/index.ts'
import type { Sensor, SensorContext, SensorFactory, SensorStatus } from '../sensor.ts'
import { unrecordedEvent } from './alerts.ts'
import { AuditPart, type AuditUse } from './audit-part.ts'
import {
  Correlator,
  eventOf,
  type Group,
  lineOf,
  type LoginFact,
  parseLine,
  type Told,
  utmpLogin,
} from '../../evidence/logins/index.ts'
import { LoginFiles } from './login-files.ts'
import { UnrecordedLogins } from './unrecorded.ts'

export interface LoginSensorOptions {
  /** Default: when audit is on. */
  readonly audit?: AuditUse
}

/** A process that is asked for by its number must be the one that the event means: soon after it. */
const sameProcessMs = 30_000

class LoginSensor implements Sensor {
  readonly id = 'login'
  readonly #context: SensorContext
  readonly #correlator: Correlator
  readonly #files: LoginFiles
  readonly #audit: AuditPart
  readonly #unrecorded: UnrecordedLogins
  #isStarted = false
  #told = 0
  #lines = 0

  constructor(context: SensorContext, options: LoginSensorOptions) {
    this.#context = context
    this.#correlator = new Correlator((told, group) => this.#tell(told, group))
    const onFact = (fact: LoginFact): void => this.#correlator.add(fact, Date.now())
    this.#files = new LoginFiles(context, { onFact, onBoot: () => this.#correlator.sessions.clear() })
    this.#audit = new AuditPart(context, options.audit ?? 'when-on', onFact)
    this.#unrecorded = new UnrecordedLogins(context.processes, (fact) => this.#missed(fact))
    context.listen('hx.log', (event) => this.#onLog(event))
  }

  async start(): Promise<void> {
    await this.#audit.open()
    this.#files.look(Date.now())
    this.#seed()
    this.#isStarted = true
  }

  status(): SensorStatus {
    const refused = this.#audit.refused
    return {
      tier: this.#audit.tier ?? 'logs',
      refused: refused === undefined ? [] : [{ tier: 'audit', why: refused }],
      facts: {
        events: this.#told,
        log_lines: this.#lines,
        open_sessions: this.#correlator.sessions.size,
        ...this.#files.facts(),
      },
    }
  }

  tick(): void {
    const nowMs = Date.now()
    this.#audit.tick(nowMs)
    this.#files.tick(nowMs)
    this.#correlator.tick(nowMs)
    this.#unrecorded.tick(nowMs)
  }

  resync(): void {
    this.#files.look(Date.now())
    this.#seed()
  }

  async stop(): Promise<void> {
    if (!this.#isStarted) return
    this.#isStarted = false
    await this.#audit.close()
    this.#correlator.flush()
    this.#files.close()
  }

  #onLog(event: Event): void {
    const line = lineOf(event)
    if (line === undefined) return
    const facts = parseLine(line)
    if (facts.length > 0) this.#lines += 1
    for (const fact of facts) this.#correlator.add(fact, Date.now())
  }

  /** Those who are on already are no events, but their logouts are to be recognised. */
  #seed(): void {
    const { sessions } = this.#correlator
    const known = new Set(sessions.list().map(({ fact }) => `${fact.tty} ${fact.user}`))
    for (const record of this.#files.logins) {
      const fact = utmpLogin(record, 'utmp')
      if (!known.has(`${fact.tty} ${fact.user}`)) sessions.begin(fact)
    }
  }

  #tell(told: Told, group: Group): void {
    this.#told += 1
    this.#context.emit(eventOf(told, (fact) => this.#processOf(fact)))
    if (this.#files.recordPath !== undefined) this.#unrecorded.expect(group, Date.now())
  }

  #missed(fact: LoginFact): void {
    const path = this.#files.recordPath
    if (path !== undefined) this.#context.emit(unrecordedEvent(fact, path, Date.now()))
  }

  #processOf({ pid, timeMs }: LoginFact): ProcessInfo | undefined {
    if (pid === undefined) return undefined
    return Math.abs(Date.now() - timeMs) < sameProcessMs ? this.#context.processes.describe(pid) : { pid }
  }
}

/** The sensor with other than the usual options. */
export function loginSensorWith(options: LoginSensorOptions): SensorFactory {
  return (context) => new LoginSensor(context, options)
}
