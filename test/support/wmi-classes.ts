// The classes of WMI that permanent subscriptions are made of, as repositories hold them.

import type { WmiClassSpec } from './wmi-writer.ts'

const text = 8
const sidType = 0x2011
export const wmiClasses: readonly WmiClassSpec[] = [
  { name: '__SystemClass', properties: [] },
  { name: '__IndicationRelated', superClass: '__SystemClass', properties: [] },
  {
    name: '__EventConsumer',
    superClass: '__IndicationRelated',
    properties: [
      ['MachineName', text, 0],
      ['MaximumQueueSize', 0x13, 1],
      ['CreatorSID', sidType, 2],
    ],
  },
  {
    name: '__EventFilter',
    superClass: '__IndicationRelated',
    properties: [
      ['Name', text, 0],
      ['EventNamespace', text, 1],
      ['QueryLanguage', text, 2],
      ['Query', text, 3],
      ['CreatorSID', sidType, 4],
      ['EventAccess', text, 5],
    ],
  },
  {
    name: '__FilterToConsumerBinding',
    superClass: '__IndicationRelated',
    properties: [
      ['Consumer', 0x66, 0],
      ['Filter', 0x66, 1],
      ['DeliverSynchronously', 11, 2],
    ],
  },
  {
    name: 'CommandLineEventConsumer',
    superClass: '__EventConsumer',
    properties: [
      ['Name', text, 3],
      ['ExecutablePath', text, 4],
      ['CommandLineTemplate', text, 5],
      ['RunInteractively', 11, 6],
    ],
  },
  {
    name: 'ActiveScriptEventConsumer',
    superClass: '__EventConsumer',
    properties: [
      ['Name', text, 3],
      ['ScriptingEngine', text, 4],
      ['ScriptText', text, 5],
    ],
  },
]
