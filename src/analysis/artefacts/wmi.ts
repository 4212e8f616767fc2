// The repository of WMI: subscriptions, which run something when something happens, and what is left of older ones.

import type { WmiObject } from '../../evidence/wmi/index.ts'
import { isUsualSubscription, wmiObjects } from '../autostart/wmi.ts'
import type { ArtefactRecord } from '../record.ts'
import type { ArtefactFile, ArtefactKind } from './artefact.ts'

const maxText = 1000
/** The others write into logs and send mail. */
const running: ReadonlySet<string> = new Set(['CommandLineEventConsumer', 'ActiveScriptEventConsumer'])

export const wmiRepository: ArtefactKind = {
  id: 'wmi',
  title: 'repositories of WMI',
  lies: (path, name) => name === 'objects.data' && path.includes('/repository/'),
  begins: (_head, name) => name === 'objects.data',
  *read(file) {
    const { source, neighbour } = file
    const own = {
      size: source.size,
      read: (at: number, length: number) => source.read(at, length),
      // It is its opener's to close.
      [Symbol.dispose]: () => undefined,
    }
    const open = (name: string): ReturnType<typeof neighbour> =>
      name === 'OBJECTS.DATA' ? own : neighbour(name.toLowerCase())
    for (const object of wmiObjects({ open }, file.notes)) {
      suspect(object, file)
      yield recordOf(object, file)
    }
  },
}

function suspect(object: WmiObject, { suspect: tell }: ArtefactFile): void {
  const { kind, state, consumer, query = '', action = '', creator = '' } = object
  if (kind !== 'binding' || isUsualSubscription(object) || !running.has(consumer?.class ?? '')) return
  const isLive = state === 'live'
  const [time] = object.timestamps
  tell({
    level: isLive ? 'high' : 'medium',
    title: isLive
      ? 'A subscription of WMI runs a program'
      : 'A subscription of WMI that ran a program was deleted or changed',
    what: `${consumer?.name ?? ''}: ${action}`.slice(0, maxText),
    why: `It runs whenever this comes true, without anybody logging on: ${query || 'its filter is not there'}.`.slice(
      0,
      maxText,
    ),
    rule: isLive ? 'wmi-subscription' : 'wmi-subscription-remnant',
    techniques: ['T1546.003'],
    ...(time === undefined ? {} : { time }),
    details: { consumer: consumer?.class ?? '', action: action.slice(0, maxText), creator },
  })
}

function recordOf(object: WmiObject, { label }: ArtefactFile): ArtefactRecord {
  const { kind, name, consumer, state, timestamps, action } = object
  const text = name ?? consumer?.name ?? ''
  const told = action ?? object.properties['Query'] ?? object.properties['CommandLineTemplate'] ?? ''
  const [changed] = timestamps
  return {
    kind: 'wmi',
    source: label,
    times: changed === undefined ? [] : [{ time: changed, is: 'object written' }],
    title: `${state === 'live' ? '' : 'deleted: '}${object.class} ${kind} ${text}: ${String(told)}`.slice(
      0,
      maxText,
    ),
    data: object,
  }
}
