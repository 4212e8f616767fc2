// How a kind of option and its default are written: in the reference page and in error messages.

import type { Option } from './option.ts'
import { formatDuration, formatSize } from './units.ts'

export function kindText(option: Option): string {
  switch (option.kind) {
    case 'boolean':
      return 'true or false'
    case 'count':
      return `a whole number from ${option.least} to ${option.most}`
    case 'size':
      return `a size such as "2 GiB", or a number of bytes, at least ${formatSize(option.least)}`
    case 'duration':
      return `a duration with its unit, such as "5 s" or "500 ms", at least ${formatDuration(option.least)}`
    case 'choice':
      return `one of ${option.choices.map((choice) => `"${choice}"`).join(', ')}`
    case 'text':
      return 'a text'
    case 'path':
      return option.mayBeEmpty === true ? 'a path, or "" for none' : 'a path'
    case 'texts':
      return 'a list of texts'
    case 'paths':
      return 'a list of paths'
    case 'rules':
      return 'a list of paths, a namespace and a colon before those that need one'
    case 'users':
      return 'a list of user names or numbers'
    case 'places':
      return 'a list of paths or of tables { path, kind }'
    case 'responses':
      return 'a list of tables { level, action }'
    case 'sources':
      return 'a list of tables { name, kind = "clamav" | "archive" | "folder", … }'
  }
}

/** The default as TOML. */
export function initialText(option: Option): string {
  switch (option.kind) {
    case 'size':
      return JSON.stringify(formatSize(option.initial))
    case 'duration':
      return JSON.stringify(formatDuration(option.initial))
    case 'count':
      return option.initialText ?? String(option.initial)
    case 'path':
    case 'paths':
      return option.initialText ?? JSON.stringify(option.initial)
    default:
      return JSON.stringify(option.initial)
  }
}
