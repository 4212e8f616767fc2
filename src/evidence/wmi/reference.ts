// How a binding names its filter and its consumer: `__EventFilter.Name="x"`, with or without the path of a name space before it.

import type { CimValue } from './cim.ts'
import type { CimInstance } from './instance.ts'

export interface WmiReference {
  readonly class: string
  readonly name: string
}

const reference = /^(?:[^:"]{0,512}:)?(\w{1,256})\.(?:Name|TimerId)="((?:[^"\\]|\\.){0,4096})"/is

/** Undefined: this names no object. */
function referenceOf(text: string): WmiReference | undefined {
  const [, name, key] = reference.exec(text) ?? []
  return name === undefined || key === undefined
    ? undefined
    : { class: name, name: key.replaceAll(/\\(.)/gs, '$1') }
}

export interface WmiBinding {
  readonly consumer?: WmiReference
  readonly filter?: WmiReference
}

/** Undefined: this is no binding. */
export function bindingOf({ className, properties, texts }: CimInstance): WmiBinding | undefined {
  if (className !== '__FilterToConsumerBinding') return undefined
  const told =
    properties === undefined ? texts : ['Consumer', 'Filter'].map((name) => textOf(properties.get(name)))
  return bindingIn(told)
}

/** What names a filter is the filter; the other one is the consumer. */
export function bindingIn(texts: readonly string[]): WmiBinding {
  const references = texts.map(referenceOf).filter((each) => each !== undefined)
  const filter = references.find((each) => each.class.toUpperCase() === '__EVENTFILTER')
  const consumer = references.find((each) => each !== filter)
  return { ...(consumer === undefined ? {} : { consumer }), ...(filter === undefined ? {} : { filter }) }
}

function textOf(value: CimValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Of an instance whose class is not known: what its texts are by what they look like. */
export function namesOf({ className, texts }: CimInstance): Map<string, CimValue> {
  const names = new Map<string, CimValue>()
  if (className === '__EventFilter') {
    for (const text of texts) {
      if (/^\s*select\s/i.test(text)) names.set('Query', text)
      else if (/^root(?:[\\/]|$)/i.test(text)) names.set('EventNamespace', text)
      else if (text === 'WQL') names.set('QueryLanguage', text)
      else if (!names.has('Name')) names.set('Name', text)
    }
  }
  return names
}
