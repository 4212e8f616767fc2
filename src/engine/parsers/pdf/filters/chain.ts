// A stream's filters one after the other (ISO 32000-2, 7.4). Image codecs end the chain: their data stay as they are.

import { endsEarly } from '../../../codecs/dynamic-block.ts'
import type { Budget } from '../../../limits.ts'
import type { ByteSource } from '../../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../../source/decoded-source.ts'
import { Ascii85 } from './ascii-85.ts'
import { AsciiHex } from './ascii-hex.ts'
import { Flate } from './flate.ts'
import { ForwardSource } from './forward-source.ts'
import { Lzw } from './lzw.ts'
import { Predictor, type PredictorShape, predictedRowBytes } from './predictor.ts'
import { RunLength } from './run-length.ts'

/** One step from the stored bytes to the content. */
export interface FilterStep {
  readonly open: (input: ByteSource) => FilterDecoder
}

interface FilterDecoder extends Decoder {
  /** What is wrong with the data; what was decoded before has been delivered. */
  readonly fault?: string | undefined
}

/** By name and by the abbreviation of inline images, which readers accept everywhere. */
const fullNames: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
  RL: 'RunLengthDecode',
  DCT: 'DCTDecode',
  CCF: 'CCITTFaxDecode',
}

const imageFilters: ReadonlySet<string> = new Set(['DCTDecode', 'JPXDecode', 'CCITTFaxDecode', 'JBIG2Decode'])

export interface FilterParameters {
  /** An entry of the filter's DecodeParms, or `otherwise`. */
  number(key: string, otherwise: number): number
}

/** The steps of one filter; `image`: what follows is image data; undefined: unknown. */
export function stepsOf(
  name: string,
  parameters: FilterParameters,
): readonly FilterStep[] | 'image' | undefined {
  const full = fullNames[name] ?? name
  if (imageFilters.has(full)) return 'image'
  switch (full) {
    case 'FlateDecode':
      return [{ open: (input) => new Flate(input) }, ...predictorSteps(parameters)]
    case 'LZWDecode': {
      const earlyChange = parameters.number('EarlyChange', 1)
      return [{ open: (input) => new Lzw(input, earlyChange) }, ...predictorSteps(parameters)]
    }
    case 'ASCIIHexDecode':
      return [{ open: (input) => new AsciiHex(input) }]
    case 'ASCII85Decode':
      return [{ open: (input) => new Ascii85(input) }]
    case 'RunLengthDecode':
      return [{ open: (input) => new RunLength(input) }]
    default:
      return undefined
  }
}

function predictorSteps(parameters: FilterParameters): readonly FilterStep[] {
  const shape: PredictorShape = {
    predictor: parameters.number('Predictor', 1),
    colors: parameters.number('Colors', 1),
    bitsPerComponent: parameters.number('BitsPerComponent', 8),
    columns: parameters.number('Columns', 1),
  }
  const rowBytes = predictedRowBytes(shape)
  return rowBytes === undefined ? [] : [{ open: (input) => new Predictor(input, shape, rowBytes) }]
}

export interface ChainOptions {
  readonly budget: Budget
  /** The stream's end was found, so data that end early are all that there ever was. */
  readonly isWhole: boolean
  /** Told once what is wrong with the data. */
  readonly report: (message: string) => void
}

/** `raw` through all `steps`. */
export function decodedBy(
  raw: ByteSource,
  steps: readonly FilterStep[],
  options: ChainOptions,
): DecodedSource {
  return new DecodedSource(() => new Chain(raw, steps, options), options.budget)
}

class Chain implements Decoder {
  readonly #stages: FilterDecoder[] = []
  readonly #options: ChainOptions
  #written = 0

  constructor(raw: ByteSource, steps: readonly FilterStep[], options: ChainOptions) {
    this.#options = options
    let input = raw
    for (const [index, step] of steps.entries()) {
      const stage = step.open(input)
      this.#stages.push(stage)
      if (index + 1 < steps.length) input = new ForwardSource(stage, options.budget)
    }
  }

  /** Stored bytes, so that the ratio is that of the whole chain. */
  get consumed(): number {
    return this.#stages[0]?.consumed ?? 0
  }

  read(out: Uint8Array): number {
    const count = this.#stages.at(-1)?.read(out) ?? 0
    this.#written += count
    if (count === 0) this.#check()
    return count
  }

  #check(): void {
    for (const { fault } of this.#stages) {
      if (fault === undefined) continue
      if (fault === endsEarly && this.#options.isWhole && this.#written > 0) continue
      this.#options.report(fault)
      return
    }
  }
}
