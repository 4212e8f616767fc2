// The description block of logical signatures and passwords: `Engine:51-255,Target:1,FileSize:100-2000`. Manual, "Logical
// signatures".

import { isFileType } from './file-types.ts'
import { includesLevel, isNumber } from './level.ts'
import { executables } from './offset.ts'
import type { Range, TargetDescription } from './records.ts'

/** Targets are numbers below. */
export const targetCount = 15

const maxAttributes = 10
const maxIntermediates = 16
/** Attributes other than Engine and Target need at least this as Engine's first level. */
const extendedLevel = 51

type Verdict = TargetDescription | 'excluded' | 'unsupported' | { readonly malformed: string }

/** `unsupported`: an attribute, a file type or a target that is not known, which ClamAV skips silently. */
export function parseTargetDescription(text: string): Verdict {
  const found: Found = { extended: false }
  for (const [index, attribute] of text.split(',').slice(0, maxAttributes).entries()) {
    const colon = attribute.indexOf(':')
    if (colon < 0) return { malformed: 'an attribute of the target description has no value' }
    const problem = take(attribute.slice(0, colon), attribute.slice(colon + 1), index, found)
    if (problem === 'unsupported') return problem
    if (problem !== '') return { malformed: problem }
  }
  const { target, engine, extended, ...conditions } = found
  if (extended && (engine === undefined || engine.least < extendedLevel)) {
    return {
      malformed: `the target description needs Engine with a first level of at least ${extendedLevel}`,
    }
  }
  if (engine !== undefined && !includesLevel(engine.least, engine.most)) return 'excluded'
  if (target === undefined) return { malformed: 'the target description has no Target' }
  if (target >= targetCount) return 'unsupported'
  const problem = misfit(target, conditions)
  return problem === '' ? { target, ...conditions } : { malformed: problem }
}

type Conditions = Omit<TargetDescription, 'target'>

type Found = { -readonly [Key in keyof Conditions]?: Conditions[Key] } & {
  target?: number
  engine?: Range
  extended: boolean
}

function misfit(
  target: number,
  { iconGroup1, iconGroup2, entryPoint, numberOfSections }: Conditions,
): string {
  if ((iconGroup1 ?? iconGroup2) !== undefined && target !== 1)
    return 'icon groups are for PE files, the target is not'
  const needsExecutable = (entryPoint ?? numberOfSections) !== undefined
  return needsExecutable && !executables.has(target)
    ? 'EntryPoint or NumberOfSections needs an executable'
    : ''
}

/** Takes one attribute; returns what is wrong, empty when nothing is. */
function take(key: string, value: string, index: number, found: Found): string {
  if (key === 'Target') {
    if (!isNumber(value)) return 'Target is not a number'
    found.target = Number(value)
    return ''
  }
  if (key === 'Engine' && index > 0) return 'Engine is not the first attribute'
  if (key !== 'Engine') found.extended = true
  const range = ranges.get(key)
  if (range !== undefined) return takeRange(range, value, found)
  switch (key) {
    case 'IconGroup1':
      found.iconGroup1 = value
      return ''
    case 'IconGroup2':
      found.iconGroup2 = value
      return ''
    case 'Container':
    case 'HandlerType':
      found[key === 'Container' ? 'container' : 'handlerType'] = value
      return isFileType(value) ? '' : 'unsupported'
    case 'Intermediates':
      found.intermediates = value.split('>').slice(0, maxIntermediates)
      return found.intermediates.every(isFileType) ? '' : 'unsupported'
    default:
      return 'unsupported'
  }
}

type RangeKey = 'engine' | 'fileSize' | 'entryPoint' | 'numberOfSections'

const ranges = new Map<string, RangeKey>([
  ['Engine', 'engine'],
  ['FileSize', 'fileSize'],
  ['EntryPoint', 'entryPoint'],
  ['NumberOfSections', 'numberOfSections'],
])

function takeRange(key: RangeKey, value: string, found: Found): string {
  const dash = value.indexOf('-')
  const least = value.slice(0, dash)
  const most = value.slice(dash + 1)
  if (dash < 0 || !isNumber(least) || !isNumber(most))
    return 'an attribute of the target description is not a range'
  found[key] = { least: Number(least), most: Number(most) }
  return ''
}
