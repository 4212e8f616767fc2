// Indexes for plain records, made when the first record of a log source comes: the records' log sources are known only
// then, and a file has few of them.

import type { LogSource } from './rule.ts'
import { type FilteredRule, type Meter, RuleIndex } from './match/rule-index.ts'
import { isSeen, type RecordSource, recordView, type View } from './match/view.ts'
import { type SigmaRecord, windowsSource, withSysmonNames } from './windows-record.ts'

const maxIndexes = 256

export class RecordIndexes {
  private readonly rules: readonly FilteredRule[]
  private readonly bySource = new Map<string, RuleIndex>()
  /** The same by channel and event number. */
  private readonly windows = new Map<unknown, Map<unknown, RuleIndex>>()

  private readonly meter: Meter | undefined

  constructor(rules: readonly FilteredRule[], meter: Meter | undefined) {
    this.rules = rules
    this.meter = meter
  }

  /** The index for a record, and the record with the names that rules use. */
  of(logsource: LogSource, record: SigmaRecord): { readonly index: RuleIndex; readonly named: SigmaRecord } {
    if (!isWindowsOnly(logsource)) return { index: this.ofSource(sourceOf(logsource)), named: record }
    return { index: this.ofWindows(record), named: withSysmonNames(record) }
  }

  private ofSource(source: RecordSource): RuleIndex {
    const { product = '', categories, services } = source
    const key = `${product}\n${categories.join(' ')}\n${services.join(' ')}`
    const known = this.bySource.get(key)
    if (known !== undefined) return known
    const view = recordView(source)
    const index = new RuleIndex(
      view,
      this.rules.filter(({ rule }) => isSeen(view, rule.logsource)),
      this.meter,
    )
    if (this.bySource.size >= maxIndexes) this.bySource.clear()
    this.bySource.set(key, index)
    return index
  }

  private ofWindows(record: SigmaRecord): RuleIndex {
    const { Channel: channel, EventID: id } = record
    const known = this.windows.get(channel)?.get(id)
    if (known !== undefined) return known
    const index = this.ofSource(windowsSource(record))
    if (this.windows.size >= maxIndexes) this.windows.clear()
    const ofChannel = this.windows.get(channel) ?? new Map<unknown, RuleIndex>()
    this.windows.set(channel, ofChannel)
    if (ofChannel.size >= maxIndexes) ofChannel.clear()
    ofChannel.set(id, index)
    return index
  }
}

/** The view of a record by itself, to explain it, and the record with the names that rules use. */
export function viewOfRecord(
  logsource: LogSource,
  record: SigmaRecord,
): { readonly view: View; readonly named: SigmaRecord } {
  if (!isWindowsOnly(logsource)) return { view: recordView(sourceOf(logsource)), named: record }
  return { view: recordView(windowsSource(record)), named: withSysmonNames(record) }
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
