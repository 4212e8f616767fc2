// The engine: a set of rules made ready, events in, detections out. Pure but for the windows of correlations, which go by
// the times of the events.

import type { Event, EventDataset } from '../../model/index.ts'
import { Correlations } from './correlate/correlations.ts'
import { detectionOf, type SigmaDetection } from './detection.ts'
import { explainRule, type RuleExplanation } from './explain.ts'
import { withFilters } from './filters.ts'
import { eventMappings } from './mappings/index.ts'
import { type FilteredRule, RuleIndex } from './match/rule-index.ts'
import { eventTest, eventView, isSeen, type RecordSource, recordView, type View } from './match/view.ts'
import type { LogSource, RuleProblem, RuleSet } from './rule.ts'
import { type RuleSupport, supportOf } from './support.ts'
import { readTime } from './values/time-part.ts'
import { type SigmaRecord, windowsSource, withSysmonNames } from './windows-record.ts'

interface EventPlan {
  readonly view: View
  readonly fits: (event: Event) => boolean
  readonly rules: FilteredRule[]
  /** Made when the first event comes. */
  index: RuleIndex | undefined
}

/** Where a match was, for the correlations. */
interface Place {
  readonly view: View
  readonly record: unknown
  readonly timeMs: number
  readonly reference: string | number | undefined
}

/** Names in a record of when it was. */
const timeFields = ['@timestamp', 'SystemTime', 'UtcTime', 'TimeCreated', '_time', 'timestamp'] as const
const maxRecordIndexes = 256

/** Owns the compiled rules and the windows of correlations. Not to be shared between threads. */
export class Sigma {
  readonly problems: readonly RuleProblem[]
  /** Of every rule, whether and where it runs. */
  readonly support: readonly RuleSupport[]
  private readonly plans: ReadonlyMap<EventDataset, readonly EventPlan[]>
  private readonly rules: readonly FilteredRule[]
  private readonly runnable: readonly FilteredRule[]
  private readonly recordIndexes = new Map<string, RuleIndex>()
  /** The same by channel and event number. */
  private readonly windowsIndexes = new Map<unknown, Map<unknown, RuleIndex>>()
  private readonly correlations: Correlations
  private readonly detections = new Map<FilteredRule, SigmaDetection>()
  private newestMs = 0

  constructor(set: RuleSet) {
    this.rules = set.rules.map((rule) => withFilters(rule, set.filters))
    this.runnable = this.rules.filter(({ rule }) => rule.unresolved.length === 0)
    this.correlations = new Correlations(set)
    this.problems = [...set.problems, ...this.correlations.problems]
    const plans = new Map<EventDataset, EventPlan[]>()
    const planOf = new Map<View, EventPlan[]>()
    for (const mapping of eventMappings) {
      const view = eventView(mapping)
      const rules: FilteredRule[] = []
      const own = mapping.events.map((choice): EventPlan => {
        const plan = { view, fits: eventTest(choice), rules, index: undefined }
        const others = plans.get(choice.dataset)
        if (others === undefined) plans.set(choice.dataset, [plan])
        else others.push(plan)
        return plan
      })
      planOf.set(view, own)
    }
    this.plans = plans
    const views = [...planOf.keys()]
    this.support = this.rules.map((filtered) => {
      const { support, views: usable } = supportOf(filtered, views)
      for (const view of usable) planOf.get(view)?.[0]?.rules.push(filtered)
      return support
    })
  }

  /** Groups of correlations that were forgotten because there were too many. */
  get forgottenGroups(): number {
    return this.correlations.forgotten
  }

  /** Everything that this event lets rules and correlations say. Never throws. */
  match(event: Event): SigmaDetection[] {
    const plans = this.plans.get(event.event.dataset)
    if (plans === undefined) return []
    const found = new Map<FilteredRule, View>()
    for (const plan of plans) {
      if (plan.rules.length === 0 || !plan.fits(event)) continue
      plan.index ??= new RuleIndex(plan.view, plan.rules)
      for (const filtered of plan.index.match(event)) {
        if (!found.has(filtered)) found.set(filtered, plan.view)
      }
    }
    if (found.size === 0) return []
    const timeMs = readTime(event['@timestamp']) ?? this.newestMs
    const reference = event.event.sequence
    return Array.from(found, ([filtered, view]) =>
      this.tell(filtered, { view, record: event, timeMs, reference }),
    ).flat()
  }

  /**
   * The same for a plain record whose fields are named as in rules. Of `product: windows` alone, category and service
   * follow from the record's Channel and EventID. `reference` comes back in correlations.
   */
  matchRecord(logsource: LogSource, record: SigmaRecord, reference?: string | number): SigmaDetection[] {
    const isWindows = isWindowsOnly(logsource)
    const named = isWindows ? withSysmonNames(record) : record
    const index = isWindows ? this.windowsIndex(record) : this.recordIndex(sourceOf(logsource))
    const found = index.match(named)
    if (found.length === 0) return []
    const place = { view: index.view, record: named, timeMs: this.timeOf(named), reference }
    return found.flatMap((filtered) => this.tell(filtered, place))
  }

  /** Why a rule holds for an event or not. The id may also be the rule's name or title; undefined: there is no such rule. */
  explain(event: Event, ruleId: string): RuleExplanation | undefined {
    const views = (this.plans.get(event.event.dataset) ?? []).flatMap(({ view, fits }) =>
      fits(event) ? [view] : [],
    )
    return this.explainIn(views, event, ruleId)
  }

  explainRecord(logsource: LogSource, record: SigmaRecord, ruleId: string): RuleExplanation | undefined {
    const isWindows = isWindowsOnly(logsource)
    const view = recordView(isWindows ? windowsSource(record) : sourceOf(logsource))
    return this.explainIn([view], isWindows ? withSysmonNames(record) : record, ruleId)
  }

  private explainIn(views: readonly View[], record: unknown, ruleId: string): RuleExplanation | undefined {
    const at = this.rules.findIndex(({ rule }) => [rule.id, rule.name, rule.title].includes(ruleId))
    const filtered = this.rules[at]
    if (filtered === undefined) return undefined
    const seeing = views.filter((view) => isSeen(view, filtered.rule.logsource))
    return explainRule(filtered, { views: seeing, record, support: this.support[at] })
  }

  private tell(filtered: FilteredRule, place: Place): SigmaDetection[] {
    const { rule } = filtered
    const { view, record, timeMs, reference } = place
    this.newestMs = Math.max(this.newestMs, timeMs)
    const own = this.correlations.silent.has(rule.id) ? [] : [this.detectionFor(filtered, view)]
    if (!this.correlations.hears(rule.id)) return own
    const further = this.correlations.take({
      id: rule.id,
      ...(rule.name === undefined ? {} : { name: rule.name }),
      timeMs,
      ...(reference === undefined ? {} : { reference }),
      field: (name) => {
        const value = view.getter(name)?.(record)
        return typeof value === 'string' || value === undefined || value === null
          ? (value ?? undefined)
          : value.join(',')
      },
    })
    return [...own, ...further]
  }

  /** What a rule says is always the same: it is made once for each view. */
  private detectionFor(filtered: FilteredRule, view: View): SigmaDetection {
    const known = this.detections.get(filtered)
    if (known?.view === view.id) return known
    const detection = detectionOf(filtered.rule, view.id)
    this.detections.set(filtered, detection)
    return detection
  }

  private recordIndex(source: RecordSource): RuleIndex {
    const key = JSON.stringify([source.product, source.categories, source.services])
    const known = this.recordIndexes.get(key)
    if (known !== undefined) return known
    const view = recordView(source)
    const index = new RuleIndex(
      view,
      this.runnable.filter(({ rule }) => isSeen(view, rule.logsource)),
    )
    if (this.recordIndexes.size >= maxRecordIndexes) this.recordIndexes.clear()
    this.recordIndexes.set(key, index)
    return index
  }

  private windowsIndex(record: SigmaRecord): RuleIndex {
    const { Channel: channel, EventID: id } = record
    const known = this.windowsIndexes.get(channel)?.get(id)
    if (known !== undefined) return known
    const index = this.recordIndex(windowsSource(record))
    if (this.windowsIndexes.size >= maxRecordIndexes) this.windowsIndexes.clear()
    const ofChannel = this.windowsIndexes.get(channel) ?? new Map<unknown, RuleIndex>()
    this.windowsIndexes.set(channel, ofChannel)
    if (ofChannel.size >= maxRecordIndexes) ofChannel.clear()
    ofChannel.set(id, index)
    return index
  }

  private timeOf(record: SigmaRecord): number {
    for (const name of timeFields) {
      const value = record[name]
      const ms = typeof value === 'string' || typeof value === 'number' ? readTime(String(value)) : undefined
      if (ms !== undefined) return ms
    }
    return this.newestMs
  }
}

function isWindowsOnly({ product, category, service }: LogSource): boolean {
  return product === 'windows' && category === undefined && service === undefined
}

function sourceOf({ product, category, service }: LogSource): RecordSource {
  return {
    ...(product === undefined ? {} : { product }),
    categories: category === undefined ? [] : [category],
    services: service === undefined ? [] : [service],
  }
}

/** Makes a set of rules ready. What cannot be used is among `problems`. */
export function createSigma(set: RuleSet): Sigma {
  return new Sigma(set)
}
