// Which signatures match an object. One pass over the object as it is, further ones over the forms that ClamAV makes of
// texts; each pass asks the signatures of one target and those for all files.

import type { Image } from '../../image.ts'
import type { Budget } from '../../limits.ts'
import type { HitList } from '../../matcher/hit-list.ts'
import { type ContainerSignature, readContainers } from './container-members.ts'
import { type Detection, inOrder, named, type PlacedDetection, stage, unplaced } from './detection.ts'
import type { Offset } from './database/index.ts'
import { readExecutable } from './executable.ts'
import {
  asciiType,
  fileTypeOf,
  htmlType,
  isExecutableType,
  isText,
  type Magic,
  mailType,
  mayBeUtf16Html,
  readMagics,
  targetOf,
  typeAmong,
  typedBytes,
  type TypeMatch,
  utf16HtmlType,
} from './file-type.ts'
import { findBody } from './find-body.ts'
import { type Digester, digesterOf, HashLists } from './hash-lists.ts'
import { signatureKind, type StoredBodySignature, type StoredFileType, type StoredLogical } from './layout.ts'
import { LogicalSignature, type Surroundings } from './match-logical.ts'
import { NormalForms } from './normal-forms.ts'
import { narrowed } from './normal-text.ts'
import { isPe, peDetections } from './pe-hashes.ts'
import { ExpressionRunner } from './regular-expression.ts'
import type { Scene } from './scene.ts'
import { SignatureTable } from './signature-table.ts'

export interface ClamavRequest {
  readonly bytes: Uint8Array
  readonly hits: HitList
  /** Of the whole object; `bytes` may be less of it. */
  readonly size: number
  readonly digest: Digester
  readonly surroundings: Surroundings
  readonly budget: Budget
}

export interface ClamavResult {
  /** In the order in which clamscan finds them, each name once. */
  readonly detections: readonly Detection[]
  readonly type: string
}

/** One look at some bytes. */
interface Pass {
  readonly scene: Scene
  readonly target: number
  readonly surroundings: Surroundings
  /** Hash lists are asked about these bytes, too. */
  readonly digest: Digester | undefined
}

const anyOffset: Offset = { kind: 'any' }

const targetText = 7
const targetHtml = 3
const otherTarget = 14

/** Patterns that were found, and those that are searched for only when somebody asks. */
function candidatePatterns({ touched, postponed }: HitList): readonly number[] {
  return postponed.length === 0 ? [...touched] : [...touched, ...postponed]
}

/** Mail that begins as other text and files of no known kind are looked at once more. */
function secondTarget(type: string, late: string | undefined): number | undefined {
  if (late === mailType) return targetOf(mailType)
  return targetOf(type) === otherTarget ? otherTarget : undefined
}

export class ClamavScanner {
  readonly #table: SignatureTable
  readonly #hashes: HashLists
  readonly #magics: readonly Magic[]
  readonly #runner = new ExpressionRunner()
  readonly #forms: NormalForms
  readonly containers: readonly ContainerSignature[]
  readonly #bodies: (StoredBodySignature | undefined)[] = []
  readonly #logical: (LogicalSignature | undefined)[] = []
  readonly #fileTypes: (StoredFileType | undefined)[] = []

  constructor(image: Image) {
    this.#table = new SignatureTable(image)
    this.#hashes = new HashLists(image)
    this.#magics = readMagics(this.#table.about.magics)
    this.#forms = new NormalForms(image)
    this.containers = readContainers(this.#table.about.containers)
  }

  /** What an object is: it decides about the signatures for its members, too. */
  typeOf(request: Pick<ClamavRequest, 'bytes' | 'hits' | 'budget'>): string {
    return this.#typeOf(request, this.#typeMatches(request))
  }

  #typeOf({ bytes, budget }: Pick<ClamavRequest, 'bytes' | 'budget'>, matches: readonly TypeMatch[]): string {
    const type = fileTypeOf(bytes, this.#magics, matches)
    if (!mayBeUtf16Html(type, bytes)) return type
    const narrow = narrowed(bytes.subarray(0, typedBytes))
    const hits = this.#forms.match(narrow, budget)
    return typeAmong(this.#typeMatches({ bytes: narrow, hits, budget }), type) === htmlType
      ? utf16HtmlType
      : type
  }

  isAllowed({ size, digest }: Pick<ClamavRequest, 'size' | 'digest'>): boolean {
    return this.#hashes.has('allowed') && this.#hashes.find('allowed', size, digest).length > 0
  }

  scan(request: ClamavRequest): ClamavResult {
    const { size, digest } = request
    const matches = this.#typeMatches(request)
    const type = this.#typeOf(request, matches)
    const late = type === asciiType || targetOf(type) === 5 ? typeAmong(matches, type) : undefined
    const raw = this.#raw(request, type, late)
    const normalised = this.#normalised(request, type, late)
    const detections = [
      ...(type === utf16HtmlType ? [...normalised, ...raw] : [...raw, ...normalised]),
      ...(isPe(type) ? peDetections(request, this.#hashes) : []),
      // ClamAV does not ask hash lists about HTML as it is.
      ...(type === htmlType ? this.#listed(size, digest) : []),
    ]
    return { detections: named(detections), type }
  }

  #raw(request: ClamavRequest, type: string, late: string | undefined): Detection[] {
    const { bytes, hits, budget, digest, surroundings, size } = request
    // ClamAV looks at HTML only in its normalised forms.
    if (type === htmlType) return []
    const executable = readExecutable(type, bytes)
    const isBroken = isExecutableType(type) && executable === undefined
    const scene: Scene = {
      bytes,
      hits,
      budget,
      fileSize: size,
      end: isBroken ? undefined : size,
      executable,
    }
    const target = targetOf(type)
    const isSecond = type === asciiType || target === otherTarget
    const detections = this.#pass({ scene, target: isSecond ? 0 : target, surroundings, digest })
    const second = secondTarget(type, late)
    if (second === undefined) return detections
    return [...detections, ...this.#pass({ scene, target: second, surroundings, digest: undefined })]
  }

  #normalised(request: ClamavRequest, type: string, late: string | undefined): Detection[] {
    const { bytes, budget, surroundings, size } = request
    if (type === htmlType || type === utf16HtmlType || late === htmlType) {
      const around = { types: [...surroundings.types, htmlType] }
      const forms = type === utf16HtmlType ? this.#forms.htmlOfUtf16(bytes) : this.#forms.htmlOf(bytes)
      return forms.flatMap((form) => {
        const hits = this.#forms.match(form, budget)
        const scene = {
          bytes: form,
          hits,
          budget,
          fileSize: form.length,
          end: form.length,
          executable: undefined,
        }
        return this.#pass({ scene, target: targetHtml, surroundings: around, digest: digesterOf(form) })
      })
    }
    if (!isText(type)) return []
    const form = this.#forms.textOf(bytes)
    if (form === undefined) return []
    const isFile = this.#table.about.hasRelativeText
    const scene = {
      bytes: form,
      hits: this.#forms.match(form, budget),
      budget,
      fileSize: isFile ? form.length : size,
      end: isFile ? form.length : undefined,
      executable: undefined,
    }
    return this.#pass({
      scene,
      target: targetText,
      surroundings,
      digest: isFile ? digesterOf(form) : undefined,
    })
  }

  #listed(size: number, digest: Digester): PlacedDetection[] {
    const names = this.#hashes.find('file', size, digest)
    return names.map((name) => ({ ...unplaced, name, offset: 0, stage: stage.hash }))
  }

  #pass(pass: Pass): PlacedDetection[] {
    const { scene, digest } = pass
    const found: PlacedDetection[] = digest === undefined ? [] : this.#listed(scene.bytes.length, digest)
    for (const signature of this.#candidates(pass)) {
      const detection =
        this.#table.kind(signature) === signatureKind.body
          ? this.#bodyDetection(signature, pass)
          : this.#logicalDetection(signature, pass)
      if (detection !== undefined) found.push(detection)
    }
    return inOrder(found)
  }

  /** Signatures of the pass's target and of all files of which something was found, in their order. */
  #candidates({ scene, target }: Pass): number[] {
    const table = this.#table
    const signatures = new Set<number>()
    const add = (signature: number): void => {
      const own = table.target(signature)
      if (own !== 0 && own !== target) return
      if (table.kind(signature) !== signatureKind.fileType) signatures.add(signature)
    }
    for (const pattern of candidatePatterns(scene.hits)) {
      for (const signature of table.usersOf(pattern)) add(signature)
    }
    for (const signature of table.about.always) add(signature)
    return [...signatures].toSorted((left, right) => left - right)
  }

  #bodyDetection(signature: number, { scene }: Pass): PlacedDetection | undefined {
    this.#bodies[signature] ??= this.#table.detail(signature) as StoredBodySignature
    const { name, offset = anyOffset, body, plain = false, notice } = this.#bodies[signature]
    let found: PlacedDetection | undefined
    findBody(body, offset, scene, (start, last) => {
      const target = this.#table.target(signature)
      const { at, depth } = notice
      const parts = body.parts.length
      found = {
        name,
        offset: start,
        stage: stage.body,
        target,
        plain,
        noticed: last.start + at,
        depth,
        parts,
      }
      return true
    })
    return found
  }

  #logicalDetection(signature: number, { scene, surroundings }: Pass): PlacedDetection | undefined {
    this.#logical[signature] ??= new LogicalSignature(this.#table.detail(signature) as StoredLogical)
    const logical = this.#logical[signature]
    const target = this.#table.target(signature)
    const macros = this.#table.about.macros.filter((macro) => macro.target === target)
    const offset = logical.match({ scene, surroundings, runner: this.#runner, macros })
    if (offset === undefined) return undefined
    const own = target === 0 ? stage.logical : stage.targetLogical
    return { ...unplaced, name: logical.name, offset, stage: own, target }
  }

  #typeMatches({ bytes, hits, budget }: Pick<ClamavRequest, 'bytes' | 'hits' | 'budget'>): TypeMatch[] {
    const scene = { bytes, hits, budget, fileSize: bytes.length, end: bytes.length, executable: undefined }
    const matches: TypeMatch[] = []
    for (const pattern of candidatePatterns(hits)) {
      for (const signature of this.#table.usersOf(pattern)) {
        if (this.#table.kind(signature) !== signatureKind.fileType) continue
        this.#fileTypes[signature] ??= this.#table.detail(signature) as StoredFileType
        const { required, detected, offset, body } = this.#fileTypes[signature]
        findBody(body, offset, scene, (_start, { end }) => {
          matches.push({ end, required, detected })
          return true
        })
      }
    }
    return matches
  }
}
