// The engine: a set of rules made ready, events in, detections out. Pure but for the windows of correlations, which go by
// the times of the events.

import type { Event, EventDataset, WebRequestSeen } from '../../model/index.ts'
import { Correlations } from './correlate/correlations.ts'
import { detectionOf, type SigmaDetection } from './detection.ts'
import { explainRule, type RuleExplanation } from './explain.ts'
import { withFilters } from './filters.ts'
import { eventMappings } from './mappings/index.ts'
import type { EventChoice } from './mappings/mapping.ts'
import { type FilteredRule, type Meter, RuleIndex } from './match/rule-index.ts'
import { eventTest, eventView, isOfAction, isSeen, type View } from './match/view.ts'
import { webView } from './match/web-view.ts'
import { RecordIndexes, viewOfRecord } from './record-indexes.ts'
import type { LogSource, RuleProblem, RuleSet } from './rule.ts'
import { type RuleSupport, supportOf } from './support.ts'
import { readTime } from './values/time-part.ts'
import type { SigmaRecord } from './windows-record.ts'

interface EventPlan {
  readonly view: View
  readonly choice: EventChoice
  /** Beyond dataset and action. */
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

/** Actions of one dataset that are remembered; sensors have some dozens. */
const maxActions = 256

/** Owns the compiled rules and the windows of correlations. Not to be shared between threads. */
export class Sigma {
  readonly problems: readonly RuleProblem[]
  /** Of every rule, whether and where it runs. */
  readonly support: readonly RuleSupport[]
  private readonly plans: ReadonlyMap<EventDataset, readonly EventPlan[]>
  private readonly plansByAction = new Map<EventDataset, Map<string, readonly EventPlan[]>>()
  private readonly rules: readonly FilteredRule[]
  private readonly records: RecordIndexes
  /** Requests that web servers logged. */
  private readonly web: { readonly view: View; readonly rules: FilteredRule[] }
  private webIndex: RuleIndex | undefined
  private readonly correlations: Correlations
  private readonly detections = new Map<FilteredRule, SigmaDetection>()
  private newestMs = 0

  private readonly meter: Meter | undefined

  constructor(set: RuleSet, meter?: Meter) {
    this.meter = meter
    this.rules = set.rules.map((rule) => withFilters(rule, set.filters))
    this.records = new RecordIndexes(
      this.rules.filter(({ rule }) => rule.unresolved.length === 0),
      meter,
    )
    this.correlations = new Correlations(set)
    this.problems = [...set.problems, ...this.correlations.problems]
    const plans = new Map<EventDataset, EventPlan[]>()
    const planOf = new Map<View, EventPlan[]>()
    for (const mapping of eventMappings) {
      const view = eventView(mapping)
      const rules: FilteredRule[] = []
      const own = mapping.events.map((choice): EventPlan => {
        const plan = { view, choice, fits: eventTest(choice), rules, index: undefined }
        const others = plans.get(choice.dataset)
        if (others === undefined) plans.set(choice.dataset, [plan])
        else others.push(plan)
        return plan
      })
      planOf.set(view, own)
    }
    this.plans = plans
    this.web = { view: webView(), rules: [] }
    const views = [...planOf.keys(), this.web.view]
    this.support = this.rules.map((filtered) => {
      const { support, views: usable } = supportOf(filtered, views)
      for (const view of usable)
        (view === this.web.view ? this.web.rules : planOf.get(view)?.[0]?.rules)?.push(filtered)
      return support
    })
  }

  /** Groups of correlations that were forgotten because there were too many. */
  get forgottenGroups(): number {
    return this.correlations.forgotten
  }

  /** What the windows of correlations hold, for `restore`: JSON of at most a few million characters. */
  save(): string {
    // Something that claims to be from the future must not let all the others look old.
    return this.correlations.save(Math.min(this.newestMs, Date.now()))
  }

  /**
   * Goes on where a saved one was; to be called before the first event. Correlations that are not the same any more begin
   * anew, and so do all when the text is not what `save` gave.
   */
  restore(saved: string): void {
    this.newestMs = Math.max(this.newestMs, this.correlations.restore(saved))
  }

  /** Everything that this event lets rules and correlations say. Never throws. */
  match(event: Event): SigmaDetection[] {
    const plans = this.plansOf(event)
    if (plans.length === 0) return []
    const found = new Map<FilteredRule, View>()
    for (const plan of plans) {
      if (plan.rules.length === 0 || !plan.fits(event)) continue
      plan.index ??= new RuleIndex(plan.view, plan.rules, this.meter)
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
    const { index, named } = this.records.of(logsource, record)
    return this.tellAll(index, { record: named, timeMs: this.timeOf(named), reference })
  }

  /** The same for a request that a web server logged. */
  matchRequest(request: WebRequestSeen, reference?: string | number): SigmaDetection[] {
    const { view, rules } = this.web
    if (rules.length === 0) return []
    this.webIndex ??= new RuleIndex(view, rules, this.meter)
    return this.tellAll(this.webIndex, {
      record: request,
      timeMs: request.timeMs ?? this.newestMs,
      reference,
    })
  }

  /** Why a rule holds for an event or not. The id may also be the rule's name or title; undefined: there is no such rule. */
  explain(event: Event, ruleId: string): RuleExplanation | undefined {
    const views = this.plansOf(event).flatMap(({ view, fits }) => (fits(event) ? [view] : []))
    return this.explainIn(views, event, ruleId)
  }

  explainRecord(logsource: LogSource, record: SigmaRecord, ruleId: string): RuleExplanation | undefined {
    const { view, named } = viewOfRecord(logsource, record)
    return this.explainIn([view], named, ruleId)
  }

  explainRequest(request: WebRequestSeen, ruleId: string): RuleExplanation | undefined {
    return this.explainIn([this.web.view], request, ruleId)
  }

  /** Those of its dataset and action, in the order of the mappings. */
  private plansOf({ event: { dataset, action } }: Event): readonly EventPlan[] {
    const known = this.plansByAction.get(dataset)?.get(action)
    if (known !== undefined) return known
    const plans = (this.plans.get(dataset) ?? []).filter(({ choice }) => isOfAction(choice, action))
    const ofDataset = this.plansByAction.get(dataset) ?? new Map<string, readonly EventPlan[]>()
    if (ofDataset.size >= maxActions) ofDataset.clear()
    ofDataset.set(action, plans)
    this.plansByAction.set(dataset, ofDataset)
    return plans
  }

  private explainIn(views: readonly View[], record: unknown, ruleId: string): RuleExplanation | undefined {
    const at = this.rules.findIndex(({ rule }) => [rule.id, rule.name, rule.title].includes(ruleId))
    const filtered = this.rules[at]
    if (filtered === undefined) return undefined
    const seeing = views.filter((view) => isSeen(view, filtered.rule.logsource))
    return explainRule(filtered, { views: seeing, record, support: this.support[at] })
  }

  private tellAll(index: RuleIndex, at: Omit<Place, 'view'>): SigmaDetection[] {
    const found = index.match(at.record)
    if (found.length === 0) return []
    return found.flatMap((filtered) => this.tell(filtered, { ...at, view: index.view }))
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

  private timeOf(record: SigmaRecord): number {
    for (const name of timeFields) {
      const value = record[name]
      const ms = typeof value === 'string' || typeof value === 'number' ? readTime(String(value)) : undefined
      if (ms !== undefined) return ms
    }
    return this.newestMs
  }
}

/** Makes a set of rules ready. What cannot be used is among `problems`. A meter slows everything down. */
export function createSigma(set: RuleSet, meter?: Meter): Sigma {
  return new Sigma(set, meter)
}
