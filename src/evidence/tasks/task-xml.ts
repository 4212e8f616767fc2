// Definitions of scheduled tasks in XML ([MS-TSCH] 2.5), as Windows keeps them below System32\Tasks.

import type { Notes } from '../note.ts'
import type { Task, TaskAction, TaskPrincipal, TaskTrigger } from './task.ts'
import { readXml, type XmlElement } from './xml.ts'

const maxFields = 1000
const nothing: XmlElement = { name: '', attributes: new Map(), children: [], text: '' }

/** Undefined: this is no definition of a task. */
export function readTaskXml(bytes: Uint8Array, notes: Notes): Task | undefined {
  const read = readXml(decode(bytes))
  if (read?.root.name !== 'Task') return undefined
  if (!read.isWhole) notes.add('the XML is damaged or cut off')
  const { root } = read
  const info = child(root, 'RegistrationInfo')
  const settings = flat(child(root, 'Settings'))
  return {
    format: 'xml',
    ...texts(info, {
      uri: 'URI',
      author: 'Author',
      description: 'Description',
      source: 'Source',
      registered: 'Date',
      securityDescriptor: 'SecurityDescriptor',
    }),
    enabled: settings['Enabled'] !== 'false',
    hidden: settings['Hidden'] === 'true',
    triggers: child(root, 'Triggers').children.map(trigger),
    principals: child(root, 'Principals').children.map(principal),
    actions: child(root, 'Actions').children.flatMap(action),
    settings,
  }
}

/** UTF-16 with or without its mark, else UTF-8. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const isWide = (first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
}

function child(element: XmlElement, name: string): XmlElement {
  return element.children.find((each) => each.name === name) ?? nothing
}

/** The texts of the named children that are not empty. */
function texts<K extends string>(
  element: XmlElement,
  names: Readonly<Record<K, string>>,
): { [key in K]?: string } {
  const found: { [key in K]?: string } = {}
  for (const key of Object.keys(names) as K[]) {
    const { text } = child(element, names[key])
    if (text !== '') found[key] = text
  }
  return found
}

/** Leaves and attributes by their path; what repeats is joined with commas. */
function flat(element: XmlElement, except: readonly string[] = []): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  let count = 0
  const add = (name: string, value: string): void => {
    if (count++ >= maxFields) return
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`
  }
  const visit = (each: XmlElement, path: string): void => {
    for (const [name, value] of each.attributes) if (path !== '') add(`${path}@${name}`, value)
    if (each.children.length === 0 && path !== '') add(path, each.text)
    for (const inner of each.children) {
      if (path === '' && except.includes(inner.name)) continue
      visit(inner, path === '' ? inner.name : `${path}/${inner.name}`)
    }
  }
  visit(element, '')
  return { ...fields }
}

function trigger(element: XmlElement): TaskTrigger {
  return {
    type: element.name,
    enabled: child(element, 'Enabled').text !== 'false',
    ...texts(element, { startBoundary: 'StartBoundary', endBoundary: 'EndBoundary' }),
    fields: flat(element, ['Enabled', 'StartBoundary', 'EndBoundary']),
  }
}

function principal(element: XmlElement): TaskPrincipal {
  const id = element.attributes.get('id')
  return {
    ...(id === undefined ? {} : { id }),
    ...texts(element, {
      userId: 'UserId',
      groupId: 'GroupId',
      displayName: 'DisplayName',
      logonType: 'LogonType',
      runLevel: 'RunLevel',
    }),
  }
}

function action(element: XmlElement): TaskAction[] {
  switch (element.name) {
    case 'Exec':
      return [
        {
          type: 'exec',
          command: child(element, 'Command').text,
          ...texts(element, { arguments: 'Arguments', workingDirectory: 'WorkingDirectory' }),
        },
      ]
    case 'ComHandler':
      return [
        { type: 'com-handler', classId: child(element, 'ClassId').text, ...texts(element, { data: 'Data' }) },
      ]
    case 'SendEmail':
      return [{ type: 'send-email', fields: flat(element) }]
    case 'ShowMessage':
      return [{ type: 'show-message', fields: flat(element) }]
    default:
      return []
  }
}
