// A resource as rules see it. Names stay in the file until they are asked for: hostile files have thousands of long ones.

import type { Pe, Resource, ResourceId } from '../../../../parsers/pe/index.ts'

export class ResourceValue {
  readonly #bytes: Pe['bytes']
  readonly #resource: Resource
  readonly length: number
  readonly rva: number
  readonly offset: number | undefined

  constructor(bytes: Pe['bytes'], resource: Resource) {
    this.#bytes = bytes
    this.#resource = resource
    this.length = resource.length
    this.rva = resource.rva
    this.offset = resource.offset
  }

  get type(): number | undefined {
    return numberOf(this.#resource.type)
  }

  get id(): number | undefined {
    return numberOf(this.#resource.id)
  }

  get language(): number | undefined {
    return numberOf(this.#resource.language)
  }

  /** The bytes of UTF-16, not decoded. */
  get type_string(): string | undefined {
    return this.#name(this.#resource.type)
  }

  get name_string(): string | undefined {
    return this.#name(this.#resource.id)
  }

  get language_string(): string | undefined {
    return this.#name(this.#resource.language)
  }

  #name(id: ResourceId): string | undefined {
    return id.kind === 'name' ? this.#bytes.toString('latin1', id.offset, id.offset + id.length) : undefined
  }
}

function numberOf(id: ResourceId): number | undefined {
  return id.kind === 'number' ? id.number : undefined
}
