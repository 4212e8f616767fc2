// A repository of WMI with one permanent subscription: OBJECTS.DATA whose classes and instances stand in two pages.

import { wmiClass, type WmiClassSpec, wmiInstance, wmiObjects } from './wmi-writer.ts'

const text = 8
const sid = 0x2011
const reference = 0x66
const classes: readonly WmiClassSpec[] = [
  { name: '__SystemClass', properties: [] },
  { name: '__IndicationRelated', superClass: '__SystemClass', properties: [] },
  {
    name: '__EventConsumer',
    superClass: '__IndicationRelated',
    properties: [
      ['MachineName', text, 0],
      ['MaximumQueueSize', 0x13, 1],
      ['CreatorSID', sid, 2],
    ],
  },
  {
    name: '__EventFilter',
    superClass: '__IndicationRelated',
    properties: [
      ['Name', text, 0],
      ['Query', text, 1],
    ],
  },
  {
    name: '__FilterToConsumerBinding',
    superClass: '__IndicationRelated',
    properties: [
      ['Consumer', reference, 0],
      ['Filter', reference, 1],
    ],
  },
  {
    name: 'CommandLineEventConsumer',
    superClass: '__EventConsumer',
    properties: [
      ['Name', text, 3],
      ['CommandLineTemplate', text, 4],
    ],
  },
]

/** `isBound`: false leaves the consumer without a binding. */
export function wmiSubscription(name: string, command: string, isBound = true): Buffer {
  const query = 'SELECT * FROM __InstanceModificationEvent WITHIN 60'
  const consumerTypes = [text, 0x13, sid, text, text]
  const bound = wmiInstance(
    '__FilterToConsumerBinding',
    [reference, reference],
    [`CommandLineEventConsumer.Name="${name}"`, `__EventFilter.Name="${name}"`],
  )
  return wmiObjects(2, [
    ...classes.map((spec, index) => ({ page: 0, id: 100 + index, bytes: wmiClass(spec) })),
    { page: 1, id: 1, bytes: wmiInstance('__EventFilter', [text, text], [name, query]) },
    {
      page: 1,
      id: 2,
      bytes: wmiInstance('CommandLineEventConsumer', consumerTypes, [
        undefined,
        undefined,
        undefined,
        name,
        command,
      ]),
    },
    ...(isBound ? [{ page: 1, id: 3, bytes: bound }] : []),
  ])
}
