// BinXML as a tree: what a template definition says, or a fragment without template. Values come later, by substitution.

/** A place for a value. */
export interface Substitution {
  readonly kind: 'value'
  readonly index: number
}

export interface Attribute {
  readonly name: string
  readonly parts: readonly (string | Substitution)[]
}

export type Content = string | Substitution | Element

export interface Element {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly content: readonly Content[]
}

/** What a value is as JSON: 64-bit numbers that a double cannot hold are texts. */
export type Scalar = string | number | boolean

/** An element with its values in place. */
export interface XmlNode {
  readonly name: string
  readonly attributes: readonly (readonly [name: string, value: XmlText])[]
  readonly content: readonly (XmlNode | XmlText)[]
}

/** A value or a piece of text; `xml` where it is written in another way there (GUIDs have braces). */
export interface XmlText {
  readonly value: Scalar
  readonly xml?: string
}
