// Places as lists write them: `%local%/Google/Chrome/User Data/*/History*`, `/$Extend/$UsnJrnl:$J`. A variable stands for several
// folders, because the same thing lies elsewhere on an older Windows, in the profile of a service, or in Windows.old.

import { compileGlobs } from '../../base/glob.ts'
import type { Place, Target, TargetSystem } from './target.ts'

export type Variables = Readonly<Record<string, readonly string[]>>

const users = ['/Users/*', '/Documents and Settings/*', '/Windows.old/Users/*']
/** Services and the system itself have profiles like users. */
const profiles = [
  '/Users/*',
  '/Windows.old/Users/*',
  '/Windows/System32/config/systemprofile',
  '/Windows/SysWOW64/config/systemprofile',
  '/Windows/ServiceProfiles/*',
  '/Windows.old/Windows/System32/config/systemprofile',
  '/Windows.old/Windows/ServiceProfiles/*',
]

function below(folders: readonly string[], name: string): string[] {
  return folders.map((folder) => `${folder}/${name}`)
}

const variables: Readonly<Record<TargetSystem, Variables>> = {
  windows: {
    user: users,
    profile: [...profiles, '/Documents and Settings/*'],
    roaming: [...below(profiles, 'AppData/Roaming'), '/Documents and Settings/*/Application Data'],
    local: [...below(profiles, 'AppData/Local'), '/Documents and Settings/*/Local Settings/Application Data'],
    locallow: below(profiles, 'AppData/LocalLow'),
    programdata: [
      '/ProgramData',
      '/Windows.old/ProgramData',
      '/Documents and Settings/All Users/Application Data',
    ],
    programfiles: ['/Program Files*', '/Windows.old/Program Files*'],
    windows: ['/Windows', '/Windows.old/Windows', '/WINNT'],
  },
  // Those of /etc/passwd are added for each examined host.
  linux: { home: ['/root', '/home/*'] },
}

function variablesOf(system: TargetSystem): Variables {
  return variables[system]
}

const maxParts = 64
const maxPlaces = 256

/** Whether it is more than a name. */
export function isGlob(part: string): boolean {
  return /[*?[\\]|\{[^{}]*,/.test(part)
}

/**
 * All places that a text stands for. Throws RangeError with one sentence: what is wrong with the text.
 * `system` decides whether `:` begins the name of a stream.
 */
export function readPlaces(
  text: string,
  system: TargetSystem,
  known: Variables = variablesOf(system),
): Place[] {
  const { path, stream } = system === 'windows' ? splitStream(text) : { path: text, stream: undefined }
  const paths = withoutWideBraces(path).flatMap((one) => expandVariables(one, known))
  if (paths.length > maxPlaces) throw new RangeError(`it stands for more than ${maxPlaces} places`)
  return paths.map((one) => ({
    text,
    parts: partsOf(one),
    ...(stream === undefined ? {} : { stream }),
  }))
}

/** Braces that reach over folders become several texts; those within a name are a glob's own. */
function withoutWideBraces(text: string): string[] {
  const done: string[] = []
  const open = [text]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const group = Array.from(one.matchAll(/\{([^{}]*,[^{}]*)\}/g)).find(([, inside = '']) =>
      inside.includes('/'),
    )
    if (group === undefined) done.push(one)
    else {
      const [whole, inside = ''] = group
      const choices = inside.split(',')
      const plain = choices.filter((choice) => !choice.includes('/'))
      const kept = plain.length > 1 ? [`{${plain.join(',')}}`] : plain
      for (const choice of [...kept, ...choices.filter((each) => each.includes('/'))].toReversed())
        open.push(one.slice(0, group.index) + choice + one.slice(group.index + whole.length))
    }
    if (done.length + open.length > maxPlaces)
      throw new RangeError(`it stands for more than ${maxPlaces} places`)
  }
  return done
}

function splitStream(text: string): { path: string; stream: string | undefined } {
  const colon = text.indexOf(':', text.lastIndexOf('/'))
  if (colon < 0) return { path: text, stream: undefined }
  const stream = text.slice(colon + 1)
  if (stream === '' || /[*?:]/.test(stream)) throw new RangeError('after `:` stands the name of one stream')
  return { path: text.slice(0, colon), stream }
}

function expandVariables(path: string, known: Variables): string[] {
  const match = /^%([a-z]+)%(?=\/|$)/i.exec(path)
  if (match !== null) {
    const [whole, name = ''] = match
    const folders = known[name.toLowerCase()]
    if (folders === undefined || folders.length === 0)
      throw new RangeError(`%${name}% is no variable; there are ${Object.keys(known).join(', ')}`)
    return folders.map((folder) => folder + path.slice(whole.length))
  }
  if (!path.startsWith('/')) throw new RangeError('a place begins with / or with a %variable%')
  return [path]
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  if (parts.length === 0) throw new RangeError('it names no file')
  if (parts.length > maxParts) throw new RangeError(`it has more than ${maxParts} parts`)
  for (const part of parts) {
    if (part === '.' || part === '..') throw new RangeError(`${part} cannot be part of a place`)
    if (part.includes('**') && part !== '**') throw new RangeError('** stands alone between two /')
    // Throws for braces that stand for too much.
    if (isGlob(part) && part !== '**') compileGlobs([part])
  }
  return parts
}

/** The same targets with places in further homes. */
export function withHomes(targets: readonly Target[], homes: readonly string[]): readonly Target[] {
  if (homes.length === 0) return targets
  return targets.map((target) => {
    const texts = new Set(target.places.map(({ text }) => text).filter((text) => text.startsWith('%home%')))
    // The text is known to be right, the name of a folder is not.
    const further = homes.flatMap((home) =>
      [...texts].flatMap((text) => {
        const inside = readPlaces(text.slice('%home%'.length), 'linux')
        const parts = home
          .split('/')
          .filter((part) => part !== '')
          .map(literally)
        return inside.map((place) => ({ ...place, text, parts: [...parts, ...place.parts] }))
      }),
    )
    return further.length === 0 ? target : { ...target, places: [...target.places, ...further] }
  })
}

/** A name as a glob that stands for itself. */
function literally(name: string): string {
  return name.replaceAll(/[*?[\]{}\\]/g, String.raw`\$&`)
}
