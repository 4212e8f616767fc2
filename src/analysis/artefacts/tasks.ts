// Scheduled tasks as files: XML in System32\Tasks, .job before Windows Vista.

import { readTask, type Task } from '../../evidence/tasks/index.ts'
import { timesOf } from '../record.ts'
import { type ArtefactKind, headText } from './artefact.ts'

export const scheduledTask: ArtefactKind = {
  id: 'task',
  title: 'scheduled tasks',
  lies: (path, name) => path.includes('/system32/tasks/') || name.endsWith('.job'),
  begins(head, name) {
    const text = headText(head, 4096).replaceAll('\0', '')
    return (
      name.endsWith('.job') ||
      /<Task\s[^>]{0,400}schemas\.microsoft\.com\/windows\/2004\/02\/mit\/task/.test(text)
    )
  },
  *read({ source, notes, label, modified, suspect }) {
    const data = readTask(source, notes)
    if (data === undefined) return
    const command = commandsOf(data)
    if (data.hidden) {
      suspect({
        level: 'low',
        title: 'A scheduled task is hidden',
        what: data.uri ?? label,
        why: `Hidden tasks are not shown by the task scheduler unless asked for. It runs ${command}.`,
        rule: 'hidden-task',
        techniques: ['T1053.005', 'T1564'],
        details: { command, author: data.author ?? '' },
      })
    }
    yield {
      kind: 'task',
      source: label,
      times: timesOf(
        ['registered', data.registered],
        ['last run', data.lastRun],
        ['file modified', modified],
      ),
      title: `${data.uri ?? label}: ${command}`,
      data,
    }
  },
}

function commandsOf({ actions }: Task): string {
  return actions
    .map((action) => {
      if (action.type === 'exec') return `${action.command} ${action.arguments ?? ''}`.trim()
      return action.type === 'com-handler' ? action.classId : action.type
    })
    .join('; ')
}
