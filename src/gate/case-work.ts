// One file on its way through a worker: pass it unjudged, judge it, answer, remember, report. Synchronous from end to
// end; opens nothing but /proc and O_PATH.

import { messageOf } from '../base/app-error.ts'
import { isActionable } from '../model/index.ts'
import { signal } from '../platform/linux/epoll.ts'
import { closeFd, Ev, type FanotifyGroup } from '../platform/linux/fanotify.ts'
import { pathOfFd, type ProcessFacts, processFacts } from '../platform/linux/processes.ts'
import { Stat } from '../platform/linux/statx.ts'
import type { Counters } from './counters.ts'
import type { Judge, Judgement } from './judge.ts'
import {
  forgetAll,
  forgetClean,
  ignoreDirectory,
  markKnownBad,
  rememberClean,
  unmarkKnownBad,
} from './marks.ts'
import type { GateDecision, WorkerMessage } from './messages.ts'
import type { Places } from './places.ts'
import type { Selector } from './selection.ts'
import type { GateSettings } from './settings.ts'
import { Control, type Kind, type Slots } from './shared-state.ts'
import type { SlowLane } from './slow-lane.ts'

export interface Case {
  readonly slot: number
  readonly fd: number
  readonly pid: number
  readonly kind: Kind
  /** The group that waits for an answer, if any does. */
  readonly group: FanotifyGroup | undefined
  /** performance.now() in µs when the event was read. */
  readonly startedUs: number
}

export interface CaseWorkOptions {
  readonly worker: number
  readonly settings: GateSettings
  readonly control: Int32Array
  readonly slots: Slots
  readonly counters: Counters
  readonly lane: SlowLane
  readonly judge: Judge
  readonly selector: Selector
  readonly groups: Readonly<Record<'questions' | 'knownBad' | 'written', FanotifyGroup>>
  /** eventfd of the queue. */
  readonly queued: number
  /** The places as this worker knows them, and the configuration that they belong to. */
  readonly places: () => { readonly places: Places; readonly configuration: number }
  readonly send: (message: WorkerMessage) => void
  /** Something may take longer: the guardian should look. */
  readonly wakeGuardian: () => void
}

/** Every mark keeps an inode in memory: when there are many, they are all dropped and set anew as they are met. */
const maxKnownBad = 10_000

export class CaseWork {
  readonly #options: CaseWorkOptions
  readonly #outsideGroups: readonly { group: FanotifyGroup; mask: number }[]
  /** The file as it was before the scan. */
  readonly #stat = new Stat()
  readonly #after = new Stat()

  constructor(options: CaseWorkOptions) {
    this.#options = options
    this.#outsideGroups = [
      { group: options.groups.questions, mask: Ev.openPerm | Ev.openExecPerm },
      { group: options.groups.written, mask: Ev.closeWrite },
    ]
  }

  /** Does a file that is in a slot: afterwards it is answered and closed, or waits in the queue. */
  handle(item: Case): void {
    const { counters, lane, send, settings, slots, worker } = this.#options
    let kept = false
    counters.beat(worker)
    try {
      kept = this.#decide(item)
    } catch (thrown) {
      // Ours to fix, not the opener's to suffer from.
      this.#answer(item, settings.onFailed === 'allow')
      send({ type: 'fault', worker, message: messageOf(thrown) })
    }
    if (!kept) {
      // In this order: a slot in use has an open descriptor, whenever this thread is ended.
      slots.end(item.slot)
      closeFd(item.fd)
    }
    lane.leave()
  }

  /** True when the file went into the queue: its descriptor stays open. */
  #decide(item: Case): boolean {
    const { counters, judge, lane, settings, worker } = this.#options
    const stat = this.#stat
    const isKnown = stat.read(item.fd)
    if (!isKnown || !stat.isFile || stat.size === 0) {
      // An empty file or a device has nothing to judge; one that cannot even be looked at could not be read.
      this.#answer(item, isKnown || settings.onFailed === 'allow')
      return false
    }
    const path = pathOfFd(item.fd) ?? ''
    if (this.#passesUnjudged(item, path)) return false
    if (item.kind === 'close-write') judge.forget(stat)
    const generation = judge.generation
    const judgement = judge.judge(item.fd, stat, baseName(path), lane.slice())
    counters.add(worker, judgement.source === 'cache' ? 'cacheHits' : 'scanned')
    const isPreempted = judgement.reasons.some((reason) => reason.code === 'preempted')
    if (isPreempted && !this.#isBad(judgement)) return this.#defer(item, path, judgement)
    this.#conclude(item, path, judgement)
    this.#remember(item, judgement, generation)
    return false
  }

  /** Answers at once what is not to be judged. */
  #passesUnjudged(item: Case, path: string): boolean {
    const { counters, groups, selector, worker } = this.#options
    // A file known to be bad is judged under every name.
    if (item.group !== groups.knownBad && this.#isOutside(path)) {
      this.#answer(item, true)
      counters.add(worker, 'outside')
      this.#passOverDirectory(path.slice(0, Math.max(1, path.lastIndexOf('/'))))
      return true
    }
    if (selector.byPath(path).judged && selector.byProcess(item.pid).judged) return false
    this.#answer(item, true)
    counters.add(worker, 'excluded')
    return true
  }

  #isOutside(path: string): boolean {
    const { places } = this.#options.places()
    return places.positionOf(path, this.#stat.mountId, this.#stat.links) === 'outside'
  }

  /** The rest of the file system is asked about once a directory. */
  #passOverDirectory(directory: string): void {
    const { control, places: current } = this.#options
    const { places, configuration } = current()
    ignoreDirectory(
      this.#outsideGroups,
      directory,
      (real, mountId) =>
        places.positionOf(real, mountId, 1) === 'outside' &&
        Atomics.load(control, Control.configuration) === configuration,
    )
  }

  /** A long scan that has no room here waits in the queue; true when it does. */
  #defer(item: Case, path: string, judgement: Judgement): boolean {
    const { counters, queued, slots, wakeGuardian, worker } = this.#options
    counters.add(worker, 'deferred')
    if (item.slot === worker && slots.defer(worker)) {
      signal(queued)
      wakeGuardian()
      return true
    }
    const message = 'too many long scans wait already'
    this.#conclude(item, path, {
      ...judgement,
      reasons: [{ code: 'deadline', chain: [baseName(path)], message }],
    })
    return false
  }

  #conclude(item: Case, path: string, judgement: Judgement): void {
    const { counters, groups, settings, worker } = this.#options
    const { status } = judgement
    const isBad = this.#isBad(judgement)
    const allow = settings.mode === 'observe' || this.#policyOf(judgement)
    // A bad file stays bad under every name; marked before the answer, so that no other name slips through.
    if (isBad && settings.mode !== 'observe') this.#markBad(item.fd)
    else if (item.group === groups.knownBad && status === 'clean') unmarkKnownBad(groups.knownBad, item.fd)
    // What is let through is told once, not at each of its opens.
    const isTold = status === 'found' && !isBad && judgement.source === 'cache'
    const isWorthALine = (status !== 'clean' && !isTold) || settings.verbose
    // Before the answer: afterwards the process may be gone.
    const facts = isWorthALine ? processFacts(item.pid) : undefined
    const isInTime = item.group === undefined || this.#answer(item, allow)
    if (facts === undefined) return
    if (status !== 'clean') counters.add(worker, status)
    const given: GateDecision = allow ? 'allow' : 'deny'
    const decision = isInTime ? given : settings.onDeadline
    this.#report(item, path, judgement, { kind: isInTime ? item.kind : 'late', decision, facts })
  }

  /** Found by a signature, or by a heuristic that is sure. */
  #isBad(judgement: Judgement): boolean {
    return judgement.status === 'found' && isActionable(judgement, this.#options.settings.decisiveScore)
  }

  #policyOf(judgement: Judgement): boolean {
    const { onFailed } = this.#options.settings
    switch (judgement.status) {
      case 'clean':
        return true
      case 'found':
        return !this.#isBad(judgement) && (judgement.reasons.length === 0 || this.#allowsPartial(judgement))
      case 'partial':
        return this.#allowsPartial(judgement)
      case 'failed':
        return onFailed === 'allow'
    }
  }

  #allowsPartial({ reasons }: Judgement): boolean {
    const { onDeadline, onPartial } = this.#options.settings
    const isLate = reasons.some(({ code }) => code === 'deadline')
    return (isLate ? onDeadline : onPartial) === 'allow'
  }

  #markBad(fd: number): void {
    const { control, groups, settings } = this.#options
    if (Atomics.add(control, Control.knownBad, 1) >= maxKnownBad) {
      Atomics.store(control, Control.knownBad, 0)
      forgetAll([groups.knownBad])
    }
    markKnownBad(groups.knownBad, settings.mode, fd)
  }

  /** False when the guardian had answered already. */
  #answer(item: Case, allow: boolean): boolean {
    const { counters, slots, worker } = this.#options
    if (item.group === undefined || !slots.claim(item.slot)) return false
    item.group.answer(item.fd, allow)
    counters.add(worker, allow ? 'allowed' : 'denied')
    counters.time(worker, performance.now() * 1000 - item.startedUs)
    return true
  }

  /** `generation`: of the database that judged. */
  #remember(item: Case, judgement: Judgement, generation: number): void {
    const { control, counters, groups, judge, worker } = this.#options
    const isOutdated = (): boolean => generation !== Atomics.load(control, Control.generation)
    if (isOutdated()) return
    if (judgement.status === 'found') judge.remember(this.#stat, judgement)
    if (judgement.status !== 'clean') return
    if (!rememberClean(groups.questions, item.fd, this.#stat, this.#after)) return
    // A reload drops all marks; ours may have come after that.
    if (isOutdated()) {
      forgetClean(groups.questions, item.fd)
      return
    }
    counters.add(worker, 'marksSet')
    judge.remember(this.#stat, judgement)
  }

  #report(item: Case, path: string, judgement: Judgement, outcome: Outcome): void {
    const { status, detections, reasons } = judgement
    const stat = this.#stat
    this.#options.send({
      type: 'decision',
      kind: outcome.kind,
      path,
      verdict: { status, detections, reasons, size: stat.size },
      decision: outcome.decision,
      pid: item.pid,
      uid: outcome.facts.uid,
      process: outcome.facts.name,
      commandLine: outcome.facts.commandLine,
      instance: this.#options.worker,
      us: Math.round(performance.now() * 1000 - item.startedUs),
      device: stat.device,
      inodeLow: stat.inodeLow,
      inodeHigh: stat.inodeHigh,
    })
  }
}

interface Outcome {
  readonly kind: Kind
  readonly decision: GateDecision
  readonly facts: ProcessFacts
}

function baseName(path: string): string {
  return Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1').toString('utf8')
}
